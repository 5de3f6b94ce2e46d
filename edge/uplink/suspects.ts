import type { Cut, Lane } from "./batch.ts";

/**
 * Finds the reading for which the gateway refuses a batch for good: halves of what was refused are sent alone until
 * one reading is left (design §5.4). Between two steps other readings wait; a search takes log2(256) connections.
 */
export class Suspects {
  #ranges: readonly Cut[] = [];

  get searching(): boolean {
    return this.#ranges.length > 0;
  }

  /**
   * A batch was refused.
   *
   * @returns the guilty reading when the batch held only one, which is to be set aside.
   */
  refused(cuts: readonly Cut[]): Cut | undefined {
    const [only, ...rest] = cuts;
    if (only && rest.length === 0 && only.from === only.to) {
      this.acknowledged([only]);
      return only;
    }
    this.#ranges = cuts;
    return undefined;
  }

  /** What passed is innocent. */
  acknowledged(cuts: readonly Cut[]): void {
    this.#ranges = this.#ranges
      .map((range) => {
        const passed = cuts.find((c) => c.deviceId === range.deviceId);
        return passed ? { ...range, from: Math.max(range.from, passed.to + 1) } : range;
      })
      .filter((range) => range.from <= range.to);
  }

  /**
   * The next half to send alone, as queues and how many readings of them; what stands before a suspect in its queue
   * goes with it, because a device's readings keep their order.
   */
  half(tailOf: (deviceId: string) => number): { readonly lanes: readonly Lane[]; readonly limit: number } {
    const lanes = this.#ranges
      .map((r) => ({ deviceId: r.deviceId, from: tailOf(r.deviceId), until: r.to + 1 }))
      .filter((lane) => lane.from < lane.until);
    const total = lanes.reduce((n, lane) => n + lane.until - lane.from, 0);
    let limit = Math.max(1, Math.ceil(total / 2));
    // One lane after the other, not side by side: then halves of halves end at single readings.
    const first: Lane[] = [];
    for (const lane of lanes) {
      if (limit <= 0) break;
      const until = Math.min(lane.until, lane.from + limit);
      first.push({ ...lane, until });
      limit -= until - lane.from;
    }
    if (lanes.length === 0) this.#ranges = [];
    return { lanes: first, limit: Math.max(1, Math.ceil(total / 2)) };
  }
}
