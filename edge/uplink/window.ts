import type { BatchRange } from "./batch.ts";

/** PUBLISHes in flight. Their PUBACKs release readings in order, whatever order they come in. */
export const WINDOW = 16;

interface InFlight {
  readonly batchId: number;
  readonly ranges: readonly BatchRange[];
  acknowledged: boolean;
}

/** The batches of one connection that wait for their PUBACK, oldest first. */
export class Window {
  readonly #inFlight: InFlight[] = [];

  get size(): number {
    return this.#inFlight.length;
  }

  sent(batchId: number, ranges: readonly BatchRange[]): void {
    this.#inFlight.push({ batchId, ranges, acknowledged: false });
  }

  rangesOf(batchId: number): readonly BatchRange[] | undefined {
    return this.#inFlight.find((b) => b.batchId === batchId)?.ranges;
  }

  /** @returns what may be released now: nothing while an older batch still waits. */
  acknowledged(batchId: number): readonly BatchRange[] {
    const found = this.#inFlight.find((b) => b.batchId === batchId);
    if (found) found.acknowledged = true;
    const ranges: BatchRange[] = [];
    while (this.#inFlight[0]?.acknowledged) ranges.push(...(this.#inFlight.shift()?.ranges ?? []));
    return ranges;
  }
}
