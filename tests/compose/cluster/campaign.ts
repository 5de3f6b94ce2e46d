import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../schemas/errors.ts";
import { proofNow } from "./agreement.ts";
import { type Cluster, PROJECT } from "./cluster.ts";
import { type ContainerFault, FAULTS, loseDisk } from "./faults.ts";

/** What became of one fault. */
export interface Struck {
  readonly container: string;
  readonly fault: string;
  /** From its end until the container was healthy again, s. */
  readonly recoveredS: number;
  /** Open findings of the auditor then; undefined: it was not to be asked. */
  readonly findings: number | undefined;
  /** What was wrong when the time was over. */
  readonly trouble: readonly string[];
}

export interface CampaignOptions {
  /** How long each fault lasts. */
  readonly holdMs: number;
  /** How long a container, or the system, may take to be well again. */
  readonly patienceMs: number;
  readonly note: (line: string) => void;
  /** Only containers whose name has it. */
  readonly only?: RegExp;
  readonly faults?: readonly ContainerFault[];
  /** No further fault on a container begins after so long. */
  readonly minutes?: number;
}

/**
 * Each fault on each container in turn; the next one comes as soon as the container is healthy again. First all are killed,
 * then all are paused, and so on.
 *
 * @returns what was struck; and what was not, because the time was too short or the engine refused it
 */
export async function strikeEach(
  cluster: Cluster,
  options: CampaignOptions,
): Promise<{ readonly struck: readonly Struck[]; readonly leftOut: readonly string[] }> {
  const { only = /./, faults = FAULTS, minutes = Number.POSITIVE_INFINITY } = options;
  const running = (await cluster.containers()).filter(({ state }) => state === "running");
  const names = running.map(({ name }) => name).filter((name) => only.test(name));
  const struck: Struck[] = [];
  const leftOut: string[] = [];
  const end = performance.now() + minutes * 60_000;
  for (const fault of faults) {
    for (const name of names) {
      if (performance.now() > end) {
        leftOut.push(`${name}: ${fault.name}`);
        continue;
      }
      let heal: () => Promise<void>;
      try {
        heal = await fault.strike(cluster, name);
      } catch (error) {
        // An engine cannot freeze every process: "unable to freeze" says nothing of what runs in the container.
        const [reason = ""] = messageOf(error).split("\n");
        options.note(`${name}: ${fault.name}; refused: ${reason}`);
        leftOut.push(`${name}: ${fault.name}; ${reason}`);
        continue;
      }
      struck.push(await endure(cluster, name, fault.name, heal, options));
    }
  }
  return { struck, leftOut };
}

/** One broker loses its disk under load. */
export async function strikeDisk(
  cluster: Cluster,
  broker: string,
  options: CampaignOptions,
): Promise<Struck> {
  const heal = await loseDisk(cluster, broker);
  return endure(cluster, `${PROJECT}-${broker}-1`, "kill, and its disk lost", heal, options);
}

async function endure(
  cluster: Cluster,
  container: string,
  fault: string,
  heal: () => Promise<void>,
  { holdMs, patienceMs, note }: CampaignOptions,
): Promise<Struck> {
  await sleep(holdMs);
  await heal();
  const began = performance.now();
  const well = await until(patienceMs, async () => (await cluster.healthOf(container)) === "healthy");
  const recoveredS = Math.round((performance.now() - began) / 100) / 10;
  const findings = await findingsNow();
  note(
    `${container}: ${fault}; ${well ? "healthy" : "not healthy"} after ${recoveredS} s, ${findings} findings`,
  );
  return { container, fault, recoveredS, findings, trouble: well ? [] : [`${container} is not healthy`] };
}

async function until(patienceMs: number, holds: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + patienceMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > end) return false;
    await sleep(500);
  }
}

async function findingsNow(): Promise<number | undefined> {
  try {
    return (await proofNow()).findings.open;
  } catch {
    // The page itself was struck, or what it needs.
    return undefined;
  }
}

/** Waits until all containers are well and the proof holds. @returns what is still wrong when the time is over */
export async function untilWell(cluster: Cluster, patienceMs: number): Promise<readonly string[]> {
  let trouble: readonly string[] = [];
  await until(patienceMs, async () => {
    trouble = await troubleIn(cluster);
    return trouble.length === 0;
  });
  return trouble;
}

async function troubleIn(cluster: Cluster): Promise<readonly string[]> {
  const unwell = (await cluster.unwell()).map(({ name, state, health }) =>
    `${name} is ${state} ${health}`.trim(),
  );
  try {
    const { state, stale, reasons, findings } = await proofNow();
    // While the city moves, something is always on its way.
    const fine = (state === "holds" || state === "catching-up") && !stale && findings.open === 0;
    return fine
      ? unwell
      : [...unwell, `the proof is ${state}${stale ? " and stale" : ""}: ${reasons.join(", ")}`];
  } catch (error) {
    return [...unwell, `the page: ${error instanceof Error ? error.message : String(error)}`];
  }
}
