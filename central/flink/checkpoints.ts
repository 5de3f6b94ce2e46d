import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Checkpoints of jobs, as files. */
export interface Checkpoints {
  /** @returns where the job's last whole checkpoint is; undefined: none is here, as of a cluster elsewhere. */
  last(job: string): string | undefined;
}

/** @param folder - Flink's `execution.checkpointing.dir`. */
export function checkpointsBelow(folder: string): Checkpoints {
  return {
    last(job) {
      const own = join(folder, job);
      const numbers = (existsSync(own) ? readdirSync(own) : [])
        .map((name) => Number(/^chk-(\d+)$/.exec(name)?.[1]))
        .filter((number) => existsSync(join(own, `chk-${number}`, "_metadata")));
      return numbers.length === 0 ? undefined : `file://${join(own, `chk-${Math.max(...numbers)}`)}`;
    },
  };
}
