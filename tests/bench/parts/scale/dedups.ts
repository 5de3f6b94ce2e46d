import { setTimeout as sleep } from "node:timers/promises";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import { type DedupProcess, startDedup } from "../pipeline/dedup-process.ts";

const POLL_MS = 10;

/** Several dedups that share the partitions. */
export interface Dedups {
  readonly pids: readonly number[];
  /** Sums of all. */
  readings(): Promise<number>;
  commits(): Promise<number>;
  kill(): Promise<void>;
}

/** Resolves when every partition has one that is ready for it. */
export async function startDedups(
  cluster: BenchCluster,
  prefix: string,
  network: string,
  { dedups, partitions }: { readonly dedups: number; readonly partitions: number },
): Promise<Dedups> {
  const all = await Promise.all(
    Array.from({ length: dedups }, () => startDedup(cluster, prefix, false, network)),
  );
  const sum = async (of: (dedup: DedupProcess) => Promise<number>): Promise<number> =>
    (await Promise.all(all.map(of))).reduce((total, each) => total + each, 0);
  while ((await sum((dedup) => dedup.partitions())) < partitions) await sleep(POLL_MS);
  return {
    pids: all.map(({ pid }) => pid),
    readings: () => sum((dedup) => dedup.readings()),
    commits: () => sum((dedup) => dedup.commits()),
    async kill() {
      for (const dedup of all) await dedup.kill();
    },
  };
}
