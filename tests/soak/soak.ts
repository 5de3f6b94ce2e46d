import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../infra/runtime/random.ts";
import { dataFolderOf } from "../faults/transactional-producers.ts";
import { simulatorControl } from "../support/simulator.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openTopicReader } from "../support/topic-reader.ts";
import { agree, type Counts, countsOf } from "./counts.ts";
import { fencings } from "./fencings.ts";
import { type Joined, joinedTransactions } from "./joined-transactions.ts";
import { Starved } from "./starved.ts";

export interface SoakOptions {
  readonly minutes: number;
  /** Processes that never wait, beside the system. */
  readonly load: number;
  readonly seed: number;
  readonly home: string;
  readonly note: (line: string) => void;
  /** Ends the load and the kills early; the counts are compared all the same. */
  readonly signal: AbortSignal;
}

export interface SoakReport {
  /** Presses at turnstiles, and so entries. */
  readonly pressed: number;
  readonly kills: Readonly<Record<string, number>>;
  /** From a kill until the part is ready again, ms. */
  readonly restartMs: Readonly<Record<string, readonly number[]>>;
  readonly counts: Counts;
  readonly fencings: number;
  /** Markers that ended the transactions of two epochs. */
  readonly joined: readonly Joined[];
  readonly holds: boolean;
}

const KILLED = ["ksql", "central", "gateway", "kafka"] as const;
const TURNSTILES = ["40380-T1", "40380-T2", "41400-T1", "40900-T2", "41320-T1", "40070-T1"];
/** What a reading passes. */
const PARTS = "dashboard,firmware-sim,edge,gateway,central,ksql,queries,audit";
/** Between two kills, ms. */
const PAUSE_MS = { least: 5_000, most: 20_000 };
/** How long the counts may take to agree once the load and the kills have ended. */
const SETTLE_MS = 300_000;

/** The whole system, starved of processor time, its parts killed at random; at the end everybody's counts are compared. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { minutes, load, home, note, signal } = options;
  const system = await startSystem({ home, args: ["--only", PARTS, "--no-traffic"] });
  try {
    const starved = new Starved(load);
    const until = performance.now() + minutes * 60_000;
    const over = (): boolean => signal.aborted || performance.now() >= until;
    let pressed = 0;
    let struck: Struck;
    try {
      note(`${load} busy processes, ${minutes} minutes`);
      const pressing = pressUntil(system, over, (count) => {
        pressed += count;
      });
      struck = await strike(system, over, options);
      await pressing;
    } finally {
      starved.end();
    }
    note(`${pressed} presses; waiting for the counts`);
    const counts = await settled(system, pressed, note);
    const dataFolder = await dataFolderOf(system.endpoints.KAFKA_BROKERS);
    // A broker that ends in order is fenced too.
    const fenced = fencings(dataFolder);
    await system.stop();
    const joined = joinedTransactions(dataFolder);
    const holds = agree(counts, pressed) && joined.length === 0;
    return { pressed, ...struck, counts, fencings: fenced, joined, holds };
  } catch (error) {
    await system.stop();
    throw error;
  }
}

/** Some 100 presses a second, as long as the simulator takes them. */
async function pressUntil(
  system: TestSystem,
  over: () => boolean,
  onPressed: (count: number) => void,
): Promise<void> {
  const simulator = simulatorControl(system.endpoints.FIRMWARE_SIM_URL);
  while (!over()) {
    for (const device of TURNSTILES) {
      await simulator.press(device, 4);
      onPressed(4);
    }
    await sleep(240);
  }
}

type Struck = Pick<SoakReport, "kills" | "restartMs">;

async function strike(
  system: TestSystem,
  over: () => boolean,
  { seed, note, signal }: SoakOptions,
): Promise<Struck> {
  const random = seededRandom(seed, "soak");
  const kills: Record<string, number> = {};
  const restartMs: Record<string, number[]> = {};
  const watching: Promise<void>[] = [];
  while (!over()) {
    const pauseMs = PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least);
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
    const part = KILLED[Math.floor(random() * KILLED.length)] ?? "kafka";
    // One that still starts is not killed again: at this load Kafka would never be there.
    const report = (await system.parts()).find(({ name }) => name === part);
    if (report?.state !== "ready" || over()) continue;
    const killedAt = performance.now();
    await system.kill(part);
    kills[part] = (kills[part] ?? 0) + 1;
    note(`killed ${part}`);
    watching.push(
      ready(system, part, over).then((is) => {
        if (is) restartMs[part] = [...(restartMs[part] ?? []), Math.round(performance.now() - killedAt)];
      }),
    );
  }
  await Promise.all(watching);
  return { kills, restartMs };
}

/** @returns false: the time was over before it was. */
async function ready(system: TestSystem, part: string, over: () => boolean): Promise<boolean> {
  while (!over()) {
    const parts = await system.parts().catch(() => []);
    if (parts.find(({ name }) => name === part)?.state === "ready") return true;
    await sleep(50);
  }
  return false;
}

async function settled(system: TestSystem, pressed: number, note: (line: string) => void): Promise<Counts> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    try {
      const reader = await openTopicReader(system.endpoints);
      try {
        const counts = await countsOf(system.endpoints, reader);
        if (agree(counts, pressed) || performance.now() >= until) return counts;
      } finally {
        await reader.close();
      }
    } catch (error) {
      if (performance.now() >= until) throw error;
      note(`not yet: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(1_000);
  }
}
