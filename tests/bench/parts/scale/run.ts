import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { networkText, parseNetwork } from "../../../../infra/runtime/service/network-file.ts";
import { syntheticRows } from "../../../../infra/runtime/testing/synthetic-network.ts";
import { CLEAN_TOPICS, topicNames } from "../../../../schemas/topics.ts";
import type { Contender, Figures } from "../../harness.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import { startGateway } from "../mqtt-load/gateway-process.ts";
import { startAudit } from "../pipeline/audit-process.ts";
import { countClean } from "../pipeline/clean-count.ts";
import { startDedups } from "./dedups.ts";
import { atFullSpeed } from "./full-speed.ts";
import { atHalfLoad } from "./half-load.ts";
import { nameOf, type Size } from "./sizes.ts";
import { startSums } from "./sums.ts";
import { type System, secondsSince } from "./system.ts";

/** The load under which delays are measured has an end, readings/s: beyond it the generator is felt. */
const MOST_AT_HALF = 20_000;

export interface ScaleOptions {
  readonly size: Size;
  readonly seconds: number;
  readonly note: (line: string) => void;
}

/** One size: as fast as it goes, then delays at half of that, then the counts, then a start with all that is known. */
export function scaleContender(cluster: () => BenchCluster, options: ScaleOptions): Contender {
  const { size } = options;
  return {
    name: nameOf(size),
    run: () =>
      cluster().withTopics(async (prefix) => {
        const folder = mkdtempSync(join(tmpdir(), "elevated-scale-"));
        const file = join(folder, "network.tsv");
        writeFileSync(file, networkText(syntheticRows(size.stations)));
        try {
          return await measured(cluster(), prefix, file, options);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }, size.partitions),
  };
}

async function measured(
  cluster: BenchCluster,
  prefix: string,
  file: string,
  { size, seconds, note }: ScaleOptions,
): Promise<Figures> {
  const network = parseNetwork(networkText(syntheticRows(size.stations)));
  const began = performance.now();
  const dedups = await startDedups(cluster, prefix, file, size);
  const startS = secondsSince(began);
  const gateway = await startGateway(cluster, prefix, size.gateways);
  const audit = size.auditors > 0 ? await startAudit(cluster, prefix, file) : null;
  const sums = size.sums > 0 ? await startSums(cluster, prefix) : null;
  const system: System = { cluster, prefix, network, file, gateway, dedups, audit, sums };
  try {
    const full = await atFullSpeed(system, size, seconds);
    note(`scale: ${Math.round(full.rate).toLocaleString("en-US")} readings/s; now at half of it`);
    const half = await atHalfLoad(system, Math.min(full.rate / 2, MOST_AT_HALF), seconds);
    await agreed(system, full.published + half.published);
    const restartS = await restarted(system, size);
    return {
      "start of dedup, s": startS,
      ...full.figures,
      ...half.figures,
      "restart of dedup, s": restartS,
    };
  } finally {
    await sums?.kill();
    await audit?.kill();
    await gateway.kill();
    await dedups.kill();
  }
}

/** @throws Error when the clean topics hold anything but each published reading once, in its device's order. */
async function agreed({ cluster, prefix }: System, published: number): Promise<void> {
  const clean = await countClean(
    cluster.kafka,
    CLEAN_TOPICS.map((kind) => topicNames(prefix)[kind]),
  );
  if (clean !== published) throw new Error(`${published} readings were acknowledged, ${clean} are clean`);
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
