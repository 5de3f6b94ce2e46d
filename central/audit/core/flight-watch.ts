/** What waits between two counts that only rise, and for how long. */
export interface Flight {
  readonly waiting: number;
  /** When the oldest of what waits was first counted upstream, wall ms; null: nothing waits. */
  readonly since: number | null;
  /** When something last came through, wall ms; null: nothing has while this was watched. */
  readonly movedAt: number | null;
}

interface Step {
  readonly at: number;
  readonly upstream: number;
}

/** So many steps tell an age well enough, also of a hop that has stood still for days. */
const MAX_STEPS = 64;

/** One hop of one station or partition: ages of what is in flight. A count is never compared with one of another time. */
export class FlightWatch {
  /** When the upstream count rose to what: those that are not through. */
  #steps: Step[] = [];
  #upstream = 0;
  #downstream = 0;
  #movedAt: number | null = null;
  #begun = false;

  /** @param at - when these two were counted together, wall ms. */
  observe(at: number, upstream: number, downstream: number): Flight {
    if (!this.#begun || downstream > this.#downstream) this.#movedAt = this.#begun ? at : null;
    this.#downstream = downstream;
    if (!this.#begun || upstream > this.#upstream) this.#steps.push({ at, upstream });
    this.#upstream = upstream;
    this.#begun = true;
    let through = 0;
    while ((this.#steps[through]?.upstream ?? Number.POSITIVE_INFINITY) <= downstream) through++;
    this.#steps.splice(0, through);
    // The oldest stays: it is the age.
    if (this.#steps.length > MAX_STEPS) this.#steps = this.#steps.filter((_, i) => i % 2 === 0);
    const waiting = Math.max(0, upstream - downstream);
    return { waiting, since: waiting === 0 ? null : (this.#steps[0]?.at ?? at), movedAt: this.#movedAt };
  }

  /** Without a look for this long, what happened meanwhile is not known, and does not count as standing still. */
  pause(ms: number): void {
    this.#steps = this.#steps.map(({ at, upstream }) => ({ at: at + ms, upstream }));
    if (this.#movedAt !== null) this.#movedAt += ms;
  }
}
