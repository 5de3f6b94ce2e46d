import type { BatchRange, DeviceQueue } from "./batch.ts";

/**
 * Finds the reading for which the gateway refuses a batch for good: halves of what was refused are sent alone until
 * one reading is left (delivery rule 4). Between two steps other readings wait; a search takes log2(256) connections.
 */
export class PoisonSearch {
  #ranges: readonly BatchRange[] = [];

  get searching(): boolean {
    return this.#ranges.length > 0;
  }

  /**
   * A batch was refused.
   *
   * @returns the poison reading when the batch held only one, which is to be set aside.
   */
  refused(ranges: readonly BatchRange[]): BatchRange | undefined {
    const [only, ...rest] = ranges;
    if (only && rest.length === 0 && only.from === only.to) {
      this.acknowledged([only]);
      return only;
    }
    this.#ranges = ranges;
    return undefined;
  }

  /** What the gateway took is not the poison. */
  acknowledged(ranges: readonly BatchRange[]): void {
    this.#ranges = this.#ranges
      .map((range) => {
        const passed = ranges.find((c) => c.deviceId === range.deviceId);
        return passed ? { ...range, from: Math.max(range.from, passed.to + 1) } : range;
      })
      .filter((range) => range.from <= range.to);
  }

  /**
   * The next half to send alone, as queues and how many readings of them; what stands before the searched readings in its queue
   * goes with it, because a device's readings keep their order.
   */
  half(tailOf: (deviceId: string) => number): {
    readonly queues: readonly DeviceQueue[];
    readonly limit: number;
  } {
    const queues = this.#ranges
      .map((r) => ({ deviceId: r.deviceId, from: tailOf(r.deviceId), until: r.to + 1 }))
      .filter((queue) => queue.from < queue.until);
    const total = queues.reduce((n, queue) => n + queue.until - queue.from, 0);
    let limit = Math.max(1, Math.ceil(total / 2));
    // One queue after the other, not side by side: then halves of halves end at single readings.
    const first: DeviceQueue[] = [];
    for (const queue of queues) {
      if (limit <= 0) break;
      const until = Math.min(queue.until, queue.from + limit);
      first.push({ ...queue, until });
      limit -= until - queue.from;
    }
    if (queues.length === 0) this.#ranges = [];
    return { queues: first, limit: Math.max(1, Math.ceil(total / 2)) };
  }
}
