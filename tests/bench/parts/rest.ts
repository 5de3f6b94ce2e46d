import { setTimeout as sleep } from "node:timers/promises";
import { kafkaRequestsOf } from "../../support/kafka-requests.ts";
import { startSystem, type TestSystem } from "../../support/system.ts";
import { openViewer, type Viewer } from "../../support/viewer.ts";
import type { BenchmarkPart, Contender, Figures } from "../harness.ts";
import { type Usage, usages } from "./rest/processes.ts";
import { watchEntries } from "./rest/watched-entries.ts";

/** The JVMs compile what they run often, and the auditor and the page catch up. */
const WARM_UP_MS = 60_000;
const DEFAULT_SECONDS = 60;
const DELAY_SECONDS = 20;

/** From here on the city has 83 entries/s for five hours of its clock, five minutes of ours. */
const NIGHT = "2018-10-02T00:00:00-05:00";

/** A whole system that little happens to: what it costs, and how long an entry takes. */
export const restPart: BenchmarkPart = {
  name: "rest",
  about:
    "the whole system in a quiet hour and without traffic: processor, wake-ups and memory of each process, requests to Kafka, delay from the device to the page",
  contenders: ({ seconds = DEFAULT_SECONDS }) => [
    contender("a quiet hour, page open", ["--from", NIGHT], seconds, true),
    contender("a quiet hour, no page", ["--from", NIGHT], seconds, false),
    contender("no traffic, page open", ["--no-traffic"], seconds, true),
  ],
};

function contender(name: string, args: readonly string[], seconds: number, page: boolean): Contender {
  return {
    name,
    async run() {
      const system = await startSystem({ args: ["--quiet", ...args] });
      const viewer = page ? openViewer(system.endpoints.DASHBOARD_URL) : undefined;
      try {
        await sleep(WARM_UP_MS);
        const spent = await overWindow(system, seconds);
        const delays = viewer && !args.includes("--no-traffic") ? await delaysOf(system, viewer) : {};
        return { ...spent, ...delays };
      } finally {
        viewer?.close();
        await system.stop();
        await system.remove();
      }
    },
  };
}

async function overWindow(system: TestSystem, seconds: number): Promise<Figures> {
  const entries = await countedBy(system);
  const from = await usages(system);
  const requested = await kafkaRequestsOf(system);
  const began = performance.now();
  await sleep(seconds * 1_000);
  const to = await usages(system);
  const took = (performance.now() - began) / 1_000;
  const requests = [...(await kafkaRequestsOf(system))].map(
    ([api, count]) => [api, (count - (requested.get(api) ?? 0)) / took] as const,
  );
  const entriesPerSecond = ((await countedBy(system)) - entries) / took;
  const spent = [...to].map(([part, usage]) => [part, since(from.get(part), usage, took)] as const);
  const total = (of: (usage: Usage) => number): number =>
    spent.reduce((sum, [, usage]) => sum + of(usage), 0);
  const all = requests.reduce((sum, [, rate]) => sum + rate, 0);
  return {
    "entries/s": entriesPerSecond,
    "all, % of a core": total(({ processorSeconds }) => 100 * processorSeconds),
    ...Object.fromEntries(
      spent.map(([part, { processorSeconds }]) => [`${part}, % of a core`, 100 * processorSeconds]),
    ),
    "all, wake-ups/s": total(({ sleeps }) => sleeps),
    ...Object.fromEntries(spent.map(([part, { sleeps }]) => [`${part}, wake-ups/s`, sleeps])),
    "all, MB (PSS)": total(({ memory }) => memory / 1e6),
    ...Object.fromEntries(spent.map(([part, { memory }]) => [`${part}, MB (PSS)`, memory / 1e6])),
    "all requests to Kafka/s": all,
    ...Object.fromEntries(requests.map(([api, rate]) => [`${api}/s`, rate])),
  };
}

/** Processor and wake-ups a second. */
function since(before: Usage | undefined, now: Usage, seconds: number): Usage {
  return {
    processorSeconds: (now.processorSeconds - (before?.processorSeconds ?? 0)) / seconds,
    sleeps: (now.sleeps - (before?.sleeps ?? 0)) / seconds,
    memory: now.memory,
  };
}

async function countedBy(system: TestSystem): Promise<number> {
  const response = await fetch(`${system.endpoints.DASHBOARD_URL}/api/v1/proof`);
  return ((await response.json()) as { summed?: number | null }).summed ?? 0;
}

async function delaysOf(system: TestSystem, viewer: Viewer): Promise<Figures> {
  const watched = await watchEntries(system, viewer);
  try {
    await sleep(2_000);
    watched.begin();
    await sleep(DELAY_SECONDS * 1_000);
    const { summed, shown } = watched;
    return {
      "device to summed p50, ms": summed.quantile(0.5),
      "device to summed p99, ms": summed.quantile(0.99),
      "device to page p50, ms": shown.quantile(0.5),
      "device to page p99, ms": shown.quantile(0.99),
    };
  } finally {
    await watched.stop();
  }
}
