import { setTimeout as sleep } from "node:timers/promises";
import type { Figures } from "../../harness.ts";
import { type Hops, watchHops } from "./hops.ts";
import { logBytes } from "./log-bytes.ts";
import type { Size } from "./sizes.ts";
import { caughtUp, entriesOf, type Phase, type System, secondsSince, startAgents } from "./system.ts";

const POLL_MS = 25;
/** Agents with a backlog publish a hundred readings at once. */
const BATCH = 100;
/** Between the agents and the clean topics, readings: so that all hops keep pace. */
const BACKLOG = 40_000;

/** As fast as the slowest hop goes. */
export async function atFullSpeed(
  system: System,
  { stations, partitions }: Size,
  seconds: number,
): Promise<Phase> {
  const { cluster, prefix, dedups, gateway, audit, sums } = system;
  const began = performance.now();
  const load = await startAgents(system, { boot: 1, batch: BATCH, seconds, pace: "allowance" });
  const connectS = secondsSince(began);
  const kafka = [cluster.kafkaPid];
  const hops = watchHops({ gateway: [gateway.pid], dedup: dedups.pids, kafka, load: [load.pid] });
  // These may be behind when the load ends: they are counted until they are through.
  const later = watchHops({ audit: audit ? [audit.pid] : [], ksql: sums ? [sums.pid] : [] });
  later.begin();
  let over = false;
  const allowing = (async () => {
    for (; !over; await sleep(POLL_MS)) load.allow((await dedups.readings()) + BACKLOG);
  })();
  try {
    await load.begin();
    hops.begin();
    const from = {
      at: performance.now(),
      readings: await dedups.readings(),
      commits: await dedups.commits(),
    };
    await load.measured;
    const readings = (await dedups.readings()) - from.readings;
    const commits = (await dedups.commits()) - from.commits;
    const measuredS = secondsSince(from.at);
    const spent = hops.spent();
    const done = await load.done;
    await caughtUp(dedups, done.readings);
    const through = performance.now();
    await sums?.reached(entriesOf(done.readings));
    const summedS = secondsSince(through);
    await audit?.reached(done.readings);
    const bytes = logBytes(cluster.home, prefix);
    return {
      rate: readings / measuredS,
      published: done.readings,
      figures: {
        "all agents connected, s": connectS,
        "readings/s": readings / measuredS,
        ...perMillion(spent, readings),
        ...named("cores", spent, (s) => s / measuredS),
        ...perMillion(later.spent(), done.readings),
        ...(sums ? { "sums behind dedup, s": summedS } : {}),
        "commits/s": commits / measuredS,
        "readings a commit": readings / commits,
        "states a commit, at most": stations / partitions,
        "MQTT, bytes a reading": done.bytes / done.readings,
        "raw topic, bytes a reading": bytes.raw / done.readings,
        "clean topics, bytes a reading": bytes.clean / done.readings,
        "state topic, bytes a reading": bytes.state / done.readings,
        ...memoryOf(hops),
        ...memoryOf(later),
      },
    };
  } finally {
    over = true;
    await allowing.catch(() => {});
    hops.stop();
    later.stop();
    load.end();
  }
}

function perMillion(spent: Readonly<Record<string, number>>, readings: number): Figures {
  return named("processor s per million readings", spent, (s) => (s * 1e6) / readings);
}

function memoryOf(hops: Hops): Figures {
  return named("RssAnon peak, MB", hops.peaks(), (bytes) => bytes / 1e6);
}

/** One figure of each hop, by its name. */
export function named(
  figure: string,
  hops: Readonly<Record<string, number>>,
  of: (value: number) => number,
): Figures {
  return Object.fromEntries(Object.entries(hops).map(([hop, value]) => [`${hop}, ${figure}`, of(value)]));
}
