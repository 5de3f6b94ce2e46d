import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { networkText, parseNetwork } from "../../../../infra/runtime/service/network-file.ts";
import { syntheticRows } from "../../../../infra/runtime/testing/synthetic-network.ts";
import type { StationNetwork } from "../../../../schemas/network/network.ts";
import { CLEAN_TOPICS, topicNames } from "../../../../schemas/topics.ts";
import type { Contender, Figures } from "../../harness.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import { type GatewayProcess, startGateway } from "../mqtt-load/gateway-process.ts";
import { type MqttLoad, startLoad } from "../mqtt-load/load.ts";
import { type AuditProcess, startAudit } from "../pipeline/audit-process.ts";
import { countClean } from "../pipeline/clean-count.ts";
import { startWatcher } from "../pipeline/watcher.ts";
import { type Dedups, startDedups } from "./dedups.ts";
import { type Hops, watchHops } from "./hops.ts";
import { logBytes } from "./log-bytes.ts";
import { nameOf, type Size } from "./sizes.ts";

const WARM_UP_S = 4;
const WINDOW = 16;
const POLL_MS = 25;
/** As fast as it goes, a PUBLISH holds a hundred readings: the agents have a backlog. */
const LARGE_BATCH = 100;
/** At half of that, what came in since the last one. */
const SMALL_BATCH = 10;
/** Between the load and the clean topics, readings: so that all hops keep pace. */
const BACKLOG = 40_000;
/** The load under which delays are measured has an end, readings/s: beyond it the generator is felt. */
const MOST_AT_HALF = 20_000;

export interface ScaleOptions {
  readonly size: Size;
  readonly seconds: number;
  readonly note: (line: string) => void;
}

interface System {
  readonly cluster: BenchCluster;
  readonly prefix: string;
  readonly network: StationNetwork;
  /** The file that holds it. */
  readonly file: string;
  readonly gateway: GatewayProcess;
  readonly dedups: Dedups;
  readonly audit: AuditProcess | null;
}

/** One size: as fast as it goes, then delays at half of that, then the counts, then a start with all that is known. */
export function scaleContender(cluster: () => BenchCluster, options: ScaleOptions): Contender {
  const { size, note } = options;
  return {
    name: nameOf(size),
    run: () =>
      cluster().withTopics(async (prefix) => {
        const folder = mkdtempSync(join(tmpdir(), "elevated-scale-"));
        const file = join(folder, "network.tsv");
        const text = networkText(syntheticRows(size.stations));
        writeFileSync(file, text);
        const network = parseNetwork(text);
        const began = performance.now();
        const dedups = await startDedups(cluster(), prefix, file, size);
        const startS = secondsSince(began);
        const gateway = await startGateway(cluster(), prefix, size.gateways);
        const audit = size.auditors > 0 ? await startAudit(cluster(), prefix, file) : null;
        const system = { cluster: cluster(), prefix, network, file, gateway, dedups, audit };
        try {
          const full = await atFullSpeed(system, options);
          note(`scale: ${Math.round(full.rate).toLocaleString("en-US")} readings/s; now at half of it`);
          const half = await atHalf(system, options, Math.min(full.rate / 2, MOST_AT_HALF));
          const topics = CLEAN_TOPICS.map((kind) => topicNames(prefix)[kind]);
          const [clean, published] = [
            await countClean(cluster().kafka, topics),
            full.published + half.published,
          ];
          if (clean !== published)
            throw new Error(`${published} readings were acknowledged, ${clean} are clean`);
          const restartS = await restarted(system, size);
          return {
            "start of dedup, s": startS,
            ...full.figures,
            ...half.figures,
            "restart of dedup, s": restartS,
          };
        } finally {
          await audit?.kill();
          await gateway.kill();
          await dedups.kill();
          rmSync(folder, { recursive: true });
        }
      }, size.partitions),
  };
}

interface Phase {
  readonly figures: Figures;
  readonly rate: number;
  readonly published: number;
}

async function atFullSpeed(system: System, { size, seconds }: ScaleOptions): Promise<Phase> {
  const { cluster, prefix, dedups, gateway, audit } = system;
  const began = performance.now();
  const load = await loadOf(system, { boot: 1, batch: LARGE_BATCH, seconds, pace: "allowance" });
  const connectS = secondsSince(began);
  const hops = watchHops({
    gateway: [gateway.pid],
    dedup: dedups.pids,
    ...(audit ? { audit: [audit.pid] } : {}),
    kafka: [cluster.kafkaPid],
    load: [load.pid],
  });
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
    const [readings, commits] = [
      (await dedups.readings()) - from.readings,
      (await dedups.commits()) - from.commits,
    ];
    const measuredS = secondsSince(from.at);
    const spent = hops.spent();
    const done = await load.done;
    await caughtUp(dedups, done.readings);
    await audit?.reached(done.readings);
    const bytes = logBytes(cluster.home, prefix);
    return {
      rate: readings / measuredS,
      published: done.readings,
      figures: {
        "all agents connected, s": connectS,
        "readings/s": readings / measuredS,
        ...perHop(spent, readings, measuredS),
        "commits/s": commits / measuredS,
        "readings a commit": readings / commits,
        "states a commit, at most": size.stations / size.partitions,
        "MQTT, bytes a reading": done.bytes / done.readings,
        "raw topic, bytes a reading": bytes.raw / done.readings,
        "clean topics, bytes a reading": bytes.clean / done.readings,
        "state topic, bytes a reading": bytes.state / done.readings,
        ...memory(hops),
      },
    };
  } finally {
    over = true;
    await allowing.catch(() => {});
    hops.stop();
    load.end();
  }
}

function perHop(spent: Readonly<Record<string, number>>, readings: number, measuredS: number): Figures {
  return Object.fromEntries(
    Object.entries(spent).flatMap(([hop, s]) => [
      [`${hop}, processor s per million readings`, (s * 1e6) / readings],
      [`${hop}, cores`, s / measuredS],
    ]),
  );
}

function memory(hops: Hops): Figures {
  return Object.fromEntries(
    Object.entries(hops.peaks()).map(([hop, b]) => [`${hop}, RssAnon peak, MB`, b / 1e6]),
  );
}

async function atHalf(system: System, { seconds }: ScaleOptions, rate: number): Promise<Phase> {
  const { cluster, prefix, dedups } = system;
  const before = await dedups.readings();
  const watcher = await startWatcher(cluster.brokers, prefix);
  const load = await loadOf(system, { boot: 2, batch: SMALL_BATCH, seconds, pace: rate });
  try {
    await load.begin();
    watcher.begin();
    const { acknowledged, seconds: measured, p50Ms: pubackMs } = await load.measured;
    const { p50Ms, p99Ms, hopsMs } = await watcher.report();
    const { readings } = await load.done;
    await caughtUp(dedups, before + readings);
    return {
      rate,
      published: readings,
      figures: {
        "half load, readings/s": (acknowledged * SMALL_BATCH) / measured,
        "PUBACK at half load p50, ms": pubackMs,
        "device → clean at half load p50, ms": p50Ms,
        "device → clean at half load p99, ms": p99Ms,
        "of it gateway → dedup p50, ms": hopsMs.dedup,
      },
    };
  } finally {
    watcher.end();
    load.end();
  }
}

/** How long dedups take that know everything, from their start until each partition is ready, s. */
async function restarted({ cluster, prefix, file, dedups }: System, size: Size): Promise<number> {
  await dedups.kill();
  const began = performance.now();
  const after = await startDedups(cluster, prefix, file, size);
  const tookS = secondsSince(began);
  await after.kill();
  return tookS;
}

function loadOf(
  { gateway, network, file }: System,
  options: Pick<Parameters<typeof startLoad>[0], "boot" | "batch" | "seconds" | "pace">,
): Promise<MqttLoad> {
  const stations = network.stations.map(({ id }) => id);
  const { port } = gateway;
  return startLoad({ port, stations, network: file, window: WINDOW, warmUpS: WARM_UP_S, ...options });
}

async function caughtUp(dedups: Dedups, readings: number): Promise<void> {
  while ((await dedups.readings()) < readings) await sleep(POLL_MS);
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1_000;
}
