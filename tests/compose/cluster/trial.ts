import { setTimeout as sleep } from "node:timers/promises";
import { ADDRESSES, type Agreement, agreementOf, agrees } from "./agreement.ts";
import { type CampaignOptions, type Struck, strikeDisk, strikeEach, untilWell } from "./campaign.ts";
import type { Cluster } from "./cluster.ts";

/** How long two counts of what stands still may take to agree. */
const SETTLE_MS = 300_000;

/** Over the compose file: no new readings. */
export const NO_TRAFFIC = "tests/compose/cluster/no-traffic.yml";

/** What may be done to the system, in this order. */
export const STEPS = ["faults", "disk", "scale", "restart", "down"] as const;
export type Step = (typeof STEPS)[number];

export interface Trial {
  readonly struck: readonly Struck[];
  /** Faults that the time was too short for, or that the engine refused. */
  readonly leftOut: readonly string[];
  /** What was wrong after each step. */
  readonly steps: readonly { readonly step: string; readonly trouble: readonly string[] }[];
  readonly agreement: Agreement;
  readonly holds: boolean;
}

/** The page from outside, with everything that it needs. @throws Error when it does not answer */
export async function lookAtPage(): Promise<void> {
  const page = await fetch(ADDRESSES.DASHBOARD_URL);
  const text = await page.text();
  const script = /src="([^"]+\.js)"/.exec(text)?.[1];
  if (!page.ok || script === undefined)
    throw new Error(`the page answers ${page.status}: ${text.slice(0, 200)}`);
  const answer = await fetch(new URL(script, ADDRESSES.DASHBOARD_URL));
  if (!answer.ok) throw new Error(`the page's script answers ${answer.status}`);
}

/** Some of what may befall the system of the compose file, under the city's load; then the counts. */
export async function tryOut(
  cluster: Cluster,
  chosen: readonly Step[],
  options: CampaignOptions,
): Promise<Trial> {
  const { patienceMs, note } = options;
  const steps: Trial["steps"][number][] = [];
  const struck: Struck[] = [];
  const leftOut: string[] = [];
  const step = async (name: string, run: () => Promise<unknown>): Promise<void> => {
    note(name);
    await run();
    const trouble = await untilWell(cluster, patienceMs);
    note(`${name}: ${trouble.length > 0 ? trouble.join("; ") : "well"}`);
    steps.push({ step: name, trouble });
  };
  const ways: Readonly<Record<Step, () => Promise<void>>> = {
    faults: () =>
      step("faults on each container", async () => {
        const each = await strikeEach(cluster, options);
        struck.push(...each.struck);
        leftOut.push(...each.leftOut);
      }),
    disk: () =>
      step("a broker loses its disk", async () => {
        struck.push(await strikeDisk(cluster, "kafka-2", options));
      }),
    scale: () =>
      step("--scale dedup=3 --scale gateway=3", () =>
        cluster.compose("up", "-d", "--no-recreate", "--scale", "dedup=3", "--scale", "gateway=3"),
      ),
    restart: () => step("a rolling restart of everything", () => rollingRestart(cluster, patienceMs)),
    down: () =>
      step("down and up", async () => {
        await cluster.compose("down");
        await cluster.compose("up", "-d", "--wait");
      }),
  };
  await step("the page", lookAtPage);
  for (const name of STEPS) if (chosen.includes(name)) await ways[name]();
  const agreement = await settle(cluster, note);
  const well = [...struck, ...steps].every(({ trouble }) => trouble.length === 0);
  return { struck, leftOut, steps, agreement, holds: well && agrees(agreement) };
}

/** Each service in turn gets new containers; the next one when the system is well again. */
async function rollingRestart(cluster: Cluster, patienceMs: number): Promise<void> {
  const containers = (await cluster.containers()).filter(({ state }) => state === "running");
  for (const service of new Set(containers.map((container) => container.service))) {
    const instances = containers.filter((container) => container.service === service).length;
    const scale = ["--scale", `${service}=${instances}`];
    await cluster.compose("up", "-d", "--no-deps", "--force-recreate", ...scale, service);
    await untilWell(cluster, patienceMs);
  }
}

/** The city stands still, and what is on its way arrives. @returns the counts, once they agree or the time is over */
export async function settle(cluster: Cluster, note: (line: string) => void): Promise<Agreement> {
  note("no new readings; waiting for the counts");
  await cluster.with(NO_TRAFFIC).compose("up", "-d", "--no-deps", "--wait", "firmware-sim");
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    try {
      const agreement = await agreementOf(cluster);
      if (agrees(agreement) || performance.now() > until) return agreement;
    } catch (error) {
      if (performance.now() > until) throw error;
      note(`not yet: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(2_000);
  }
}
