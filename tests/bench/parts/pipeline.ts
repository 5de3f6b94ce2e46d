import type { BenchmarkPart, PartOptions } from "../harness.ts";
import { type BenchCluster, startCluster } from "./mqtt-load/cluster.ts";
import { pipelineContender } from "./pipeline/run.ts";

const SECONDS = 15;

let shared: BenchCluster | undefined;

function cluster(): BenchCluster {
  if (!shared) throw new Error("no cluster was started");
  return shared;
}

/** A reading's way from its agent to the clean topics, every part a process of its own. */
export const pipelinePart: BenchmarkPart = {
  name: "pipeline",
  about:
    "agents' batches to gateway, Kafka, dedup and the clean topics, all on the same processors: readings/s, and at half of that (at most of the goal) how long after its device a reading can be read; fails when a reading is missing or there twice",
  async contenders({ seconds = SECONDS }: PartOptions) {
    shared = await startCluster();
    return [
      pipelineContender(cluster, { name: "merged topics", perStation: false, goal: 50_000, seconds }),
      pipelineContender(cluster, {
        name: "merged and per-station topics",
        perStation: true,
        goal: 30_000,
        seconds,
      }),
      pipelineContender(cluster, {
        name: "merged topics, audited",
        perStation: false,
        audited: true,
        goal: 50_000,
        seconds,
      }),
    ];
  },
  async close() {
    await shared?.stop();
  },
};
