import type { Cut } from "./batch.ts";

/** PUBLISHes in flight. Their PUBACKs release readings in order, whatever order they come in. */
export const WINDOW = 16;

interface InFlight {
  readonly batchId: number;
  readonly cuts: readonly Cut[];
  acknowledged: boolean;
}

/** The batches of one connection that wait for their PUBACK, oldest first. */
export class Window {
  readonly #inFlight: InFlight[] = [];

  get size(): number {
    return this.#inFlight.length;
  }

  sent(batchId: number, cuts: readonly Cut[]): void {
    this.#inFlight.push({ batchId, cuts, acknowledged: false });
  }

  cutsOf(batchId: number): readonly Cut[] | undefined {
    return this.#inFlight.find((b) => b.batchId === batchId)?.cuts;
  }

  /** @returns what may be released now: nothing while an older batch still waits. */
  acknowledged(batchId: number): readonly Cut[] {
    const found = this.#inFlight.find((b) => b.batchId === batchId);
    if (found) found.acknowledged = true;
    const cuts: Cut[] = [];
    while (this.#inFlight[0]?.acknowledged) cuts.push(...(this.#inFlight.shift()?.cuts ?? []));
    return cuts;
  }
}
