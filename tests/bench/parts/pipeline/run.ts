import { setTimeout as sleep } from "node:timers/promises";
import { STATIONS } from "../../../../schemas/network/network.ts";
import { CLEAN_TOPICS, stationTopic, topicNames } from "../../../../schemas/topics.ts";
import type { Contender, Figures } from "../../harness.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import { type GatewayProcess, startGateway } from "../mqtt-load/gateway-process.ts";
import { type MqttLoad, startLoad } from "../mqtt-load/load.ts";
import type { LoadOptions } from "../mqtt-load/messages.ts";
import { spending, watchMemory } from "../mqtt-load/processes.ts";
import { type AuditProcess, startAudit } from "./audit-process.ts";
import { countClean } from "./clean-count.ts";
import { type DedupProcess, startDedup } from "./dedup-process.ts";
import { startWatcher } from "./watcher.ts";

/** The first readings of all stations, for whose topics dedup waits, and programs that run warm. */
const WARM_UP_S = 5;
const WINDOW = 16;
const BATCH = 100;
/** What may be between the load and the clean topics: a second's worth or less, so that all parts keep pace. */
const BACKLOG = 40_000;
const POLL_MS = 25;
/** At half load an agent publishes what came in since its last batch, not a hundred readings at once. */
const SMALL_BATCH = 10;

export interface PipelineOptions {
  readonly name: string;
  /** Also the stations' own topics. */
  readonly perStation: boolean;
  /** With an auditor beside it, which must keep up and find nothing. */
  readonly audited?: boolean;
  /** Readings/s: half of it, or of what was reached where that is less, is the load under which delays are measured. */
  readonly goal: number;
  readonly seconds: number;
}

/** One whole run: the rate with everything as fast as it goes, then the delays at half of it, then the counts. */
export function pipelineContender(cluster: () => BenchCluster, options: PipelineOptions): Contender {
  return {
    name: options.name,
    run: () =>
      cluster().withTopics(async (prefix) => {
        const dedup = await startDedup(cluster(), prefix, options.perStation);
        const gateway = await startGateway(cluster(), prefix);
        const audit = options.audited ? await startAudit(cluster(), prefix) : null;
        try {
          const system = { cluster: cluster(), prefix, dedup, gateway, audit };
          const { figures, rate, published } = await rateOf(system, options);
          const half = Math.min(rate, options.goal) / 2;
          const delays = await delaysAt(system, options, half);
          await agreed(system, options, published + delays.published);
          return { ...figures, ...delays.figures };
        } finally {
          await audit?.kill();
          await gateway.kill();
          await dedup.kill();
        }
      }),
  };
}

interface System {
  readonly cluster: BenchCluster;
  readonly prefix: string;
  readonly dedup: DedupProcess;
  readonly gateway: GatewayProcess;
  readonly audit: AuditProcess | null;
}

async function rateOf(
  system: System,
  { seconds }: PipelineOptions,
): Promise<{ readonly figures: Figures; readonly rate: number; readonly published: number }> {
  const { cluster, dedup, gateway, audit } = system;
  const load = await loadOf(gateway, { boot: 1, batch: BATCH, seconds, pace: "allowance" });
  const memory = watchMemory(dedup.pid);
  const auditsMemory = audit && watchMemory(audit.pid);
  let committed = 0;
  let over = false;
  const allowing = (async () => {
    for (; !over; await sleep(POLL_MS)) {
      committed = await dedup.readings();
      load.allow(committed + BACKLOG);
    }
  })();
  // From the first reading to the last: where it is behind, it has not spent everything yet.
  const all = spending({ dedup: dedup.pid, audit: audit?.pid ?? dedup.pid });
  try {
    await load.begin();
    const spent = spending({
      gateway: gateway.pid,
      dedup: dedup.pid,
      kafka: cluster.kafkaPid,
      load: load.pid,
    });
    const from = { at: performance.now(), count: await dedup.readings() };
    await load.measured;
    const to = { at: performance.now(), count: await dedup.readings() };
    const used = spent.spent();
    const { readings } = await load.done;
    await caughtUp(dedup, readings);
    await audit?.reached(readings);
    const whole = all.spent();
    const rate = (1_000 * (to.count - from.count)) / (to.at - from.at);
    const perMillion = (s: number): number => (s * 1e6) / (to.count - from.count);
    return {
      rate,
      published: readings,
      figures: {
        "readings/s": rate,
        "gateway, processor s per million readings": perMillion(used.gateway),
        "dedup, processor s per million readings": perMillion(used.dedup),
        "Kafka, processor s per million readings": perMillion(used.kafka),
        "load, processor s per million readings": perMillion(used.load),
        "dedup, RssAnon peak, MB": memory.peak() / 1e6,
        ...(auditsMemory
          ? {
              "audit, processor s per million readings": (whole.audit * 1e6) / readings,
              "audit, share of dedup's processor, %": (100 * whole.audit) / whole.dedup,
              "audit, RssAnon peak, MB": auditsMemory.peak() / 1e6,
            }
          : {}),
      },
    };
  } finally {
    over = true;
    await allowing.catch(() => {});
    memory.stop();
    auditsMemory?.stop();
    load.end();
  }
}

async function delaysAt(
  { cluster, prefix, dedup, gateway }: System,
  { seconds }: PipelineOptions,
  rate: number,
): Promise<{ readonly figures: Figures; readonly published: number }> {
  const before = await dedup.readings();
  const watcher = await startWatcher(cluster.brokers, prefix);
  const load = await loadOf(gateway, { boot: 2, batch: SMALL_BATCH, seconds, pace: rate });
  try {
    await load.begin();
    watcher.begin();
    const { acknowledged, seconds: measured } = await load.measured;
    const { p50Ms, p99Ms, hopsMs } = await watcher.report();
    const { readings } = await load.done;
    await caughtUp(dedup, before + readings);
    return {
      published: readings,
      figures: {
        "half load, readings/s": (acknowledged * SMALL_BATCH) / measured,
        "device → clean at half load p50, ms": p50Ms,
        "device → clean at half load p99, ms": p99Ms,
        "of it device → gateway p50, ms": hopsMs.gateway,
        "of it gateway → dedup p50, ms": hopsMs.dedup,
        "of it dedup → consumer p50, ms": hopsMs.reader,
      },
    };
  } finally {
    watcher.end();
    load.end();
  }
}

function loadOf(
  { port }: GatewayProcess,
  options: Pick<LoadOptions, "boot" | "batch" | "seconds" | "pace">,
): Promise<MqttLoad> {
  const stations = STATIONS.map(({ id }) => id);
  return startLoad({ port, stations, window: WINDOW, warmUpS: WARM_UP_S, ...options });
}

async function caughtUp(dedup: DedupProcess, readings: number): Promise<void> {
  while ((await dedup.readings()) < readings) await sleep(POLL_MS);
}

/** @throws Error when a set of clean topics holds anything but each published reading once, in its device's order. */
async function agreed(
  { cluster, prefix }: System,
  { perStation }: PipelineOptions,
  published: number,
): Promise<void> {
  const names = topicNames(prefix);
  const sets = [CLEAN_TOPICS.map((kind) => names[kind])];
  if (perStation) {
    sets.push(STATIONS.flatMap(({ id }) => CLEAN_TOPICS.map((kind) => stationTopic(kind, id, prefix))));
  }
  for (const topics of sets) {
    const clean = await countClean(cluster.kafka, topics);
    if (clean !== published) {
      throw new Error(`${published} readings were acknowledged, ${clean} are in ${topics[0]} and its like`);
    }
  }
}
