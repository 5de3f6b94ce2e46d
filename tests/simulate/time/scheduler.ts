interface Due {
  readonly at: number;
  /** Of two that are due together the one that was asked for first comes first. */
  readonly order: number;
  action: (() => void) | undefined;
}

/** The real one. */
const hop = globalThis.setImmediate;
/** Events between two turns of the real event loop: signals and timers of this process are served there. */
const BREATH = 4_096;

/**
 * Virtual time: what falls due runs in the order of its time, and between two of them every promise that can settle has
 * settled. Nothing else makes time pass, so the same calls give the same run.
 */
export class Scheduler {
  /** A binary heap by `before`. */
  readonly #heap: Due[] = [];
  #now = 0;
  #order = 0;
  #steps = 0;

  /** Since the beginning, ms. */
  get now(): number {
    return this.#now;
  }

  /** Events that have run. */
  get steps(): number {
    return this.#steps;
  }

  /** @param ms - 0: in this moment, behind what is due already. @returns cancels it. */
  after(ms: number, action: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), order: this.#order++, action };
    this.#push(due);
    return () => {
      due.action = undefined;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Run all that falls due until then, or until `done` says so. */
  async run(until: number, done: () => boolean = () => false): Promise<void> {
    await breath();
    for (let due = this.#heap[0]; due && due.at <= until && !done(); due = this.#heap[0]) {
      this.#pop();
      if (!due.action) continue;
      this.#now = due.at;
      this.#steps++;
      due.action();
      await (this.#steps % BREATH === 0 ? breath() : settled());
    }
    if (!done()) this.#now = Math.max(this.#now, until);
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Due;
      if (before(above, due)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Due;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = heap[child + 1];
      if (right && before(right, heap[child] as Due)) child++;
      const least = heap[child] as Due;
      if (before(last, least)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

function before(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Every promise that is ready has settled: Node has no next tick before that. The simulated code uses no ticks. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function breath(): Promise<void> {
  return new Promise((resolve) => hop(resolve));
}
