import type { BenchmarkPart, PartOptions } from "../harness.ts";
import { type BenchCluster, startCluster } from "./mqtt-load/cluster.ts";
import { scaleContender } from "./scale/run.ts";
import { chosen } from "./scale/sizes.ts";

const SECONDS = 8;

let shared: BenchCluster | undefined;

function cluster(): BenchCluster {
  if (!shared) throw new Error("no cluster was started");
  return shared;
}

/** How cost grows with stations, partitions, gateways and dedups. */
export const scalePart: BenchmarkPart = {
  name: "scale",
  about:
    "a synthetic network's agents to gateways, Kafka, dedups and the clean topics, all on the same processors: readings/s, what each hop spends on them, delays at half of that, bytes, and how long a start takes; fails when a reading is missing or there twice",
  runs: 1,
  async contenders({ seconds = SECONDS, sizes = {}, note }: PartOptions) {
    shared = await startCluster();
    return chosen(sizes).map((size) => scaleContender(cluster, { size, seconds, note }));
  },
  async close() {
    await shared?.stop();
  },
};
