import { type Clock, systemClock } from "../../../../infra/runtime/clock.ts";
import type { Delta, Snapshot } from "../../../../schemas/page/page.ts";
import { applyDelta } from "./apply.ts";
import type { Link, View } from "./view.ts";

/** The page's state: takes what the server says, tells those who draw. */
export class PageStore {
  #latest: View = {
    link: { state: "connecting" },
    state: null,
    version: 0,
    clockOffset: 0,
    paused: false,
    misdrawn: false,
  };
  #drawn: View = this.#latest;
  readonly #listeners = new Set<() => void>();
  /** The browser's. */
  readonly clock: Clock;
  /** Its clock shows a moment of the past, stands or runs at any speed. */
  readonly isPast: boolean;

  constructor(clock: Clock = systemClock, { isPast = false } = {}) {
    this.clock = clock;
    this.isPast = isPast;
  }

  /** The server's wall clock, epoch ms. */
  get now(): number {
    return this.clock.now() + this.#drawn.clockOffset;
  }

  /** What is to be drawn: while paused, what stood when the pause began. */
  get view(): View {
    return this.#drawn;
  }

  /** What has come last, also while paused. */
  get latest(): View {
    return this.#latest;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param receivedAt - browser's wall clock, epoch ms. */
  snapshot({ state, version, now }: Snapshot, receivedAt: number): void {
    this.#set({ state, version, clockOffset: now - receivedAt });
  }

  /** @returns false when a delta is missing before this one: the page must ask for a snapshot. */
  delta(delta: Delta, receivedAt: number): boolean {
    const { state, version } = this.#latest;
    if (!state || delta.from !== version) return delta.to <= version;
    this.#set({ state: applyDelta(state, delta), version: delta.to, clockOffset: delta.now - receivedAt });
    return true;
  }

  link(link: Link): void {
    this.#set({ link });
  }

  /** @param misdrawn - does the document show another sum than it should? */
  drawn(misdrawn: boolean): void {
    if (misdrawn !== this.#latest.misdrawn) this.#set({ misdrawn });
  }

  pause(paused: boolean): void {
    this.#set({ paused });
  }

  #set(change: Partial<View>): void {
    this.#latest = { ...this.#latest, ...change };
    const { link, paused } = this.#latest;
    this.#drawn = paused && this.#drawn.state ? { ...this.#drawn, link, paused } : this.#latest;
    for (const listener of this.#listeners) listener();
  }
}
