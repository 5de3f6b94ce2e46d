import { vi } from "vitest";
import type { InRecord, PartitionTask } from "../ports.ts";

/** What a test sees of its tasks, across their lives. */
export interface Counted {
  /** How many more times `process` throws. */
  failures: number;
  /** State values restored, in order, all lives and partitions. */
  restored: string[];
  /** Inputs of committed transactions. */
  committed: number;
  /** Lives that began and did not end. */
  living: number;
}

/** Numbers its inputs per partition: `partition:n:value`. Any loss, repetition or stale state shows in n. */
export function counterTask(
  topics: { readonly output: string; readonly stateTopic: string },
  partition: number,
  counted: Counted,
): PartitionTask {
  let n = 0;
  let pending = 0;
  counted.living++;
  return {
    restore(record) {
      n = Number(record.value);
      counted.restored.push(`${partition}:${n}`);
    },
    process(records: readonly InRecord[]) {
      const outputs = records.map((record) => ({
        topic: topics.output,
        key: record.key,
        value: Buffer.from(`${partition}:${++n}:${record.value}`),
      }));
      if (counted.failures > 0) {
        counted.failures--;
        throw new Error("this life ends here, as the test asked");
      }
      pending = records.length;
      return [...outputs, { topic: topics.stateTopic, key: Buffer.from("n"), value: Buffer.from(String(n)) }];
    },
    committed() {
      counted.committed += pending;
    },
    close() {
      counted.living--;
    },
  };
}

/** Wait for what must come true; the bound is a failure's, not a measurement. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 30_000, interval: 10 });
}
