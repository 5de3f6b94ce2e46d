import type { Clock } from "../../../../infra/runtime/clock.ts";
import type { HistoryAnswer, MomentsAnswer } from "../../../../schemas/page/history.ts";
import { framesAt, type Speed } from "../rules/replay.ts";
import { PageStore } from "../state/store.ts";
import { NoAnswer, type PastSource } from "./source.ts";

/** What the bar shows of it. */
export interface PlayerView {
  readonly at: number;
  readonly playing: boolean;
  readonly speed: Speed;
  /** Records are being read, and nothing newer can be shown until they are. */
  readonly reading: boolean;
  /** Is what is drawn of this moment? Not yet, after it was sought. */
  readonly drawn: boolean;
  /** Why the moment cannot be shown; empty: it can. */
  readonly problem: string;
  readonly unknown: readonly string[];
  /** null: not known yet. */
  readonly history: HistoryAnswer | null;
}

interface Frame {
  readonly at: number;
  readonly draw: () => void;
}

const PUMP_MS = 100;
const HISTORY_MS = 5_000;
/** A slider that is dragged asks when it has stood for so long. */
const SETTLE_MS = 120;
/** The present is as near as records come through. */
const PRESENT_MS = 3_000;

/**
 * Plays the past into a store of its own, whose clock is the moment's: whatever draws the present from a store draws a moment
 * from this one. Frames are asked for ahead; where they come too late, the moment waits for them.
 */
export class Player {
  readonly store: PageStore;
  readonly #clock: Clock;
  readonly #source: PastSource;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[];
  /** The first moment is there, or why it is not. */
  readonly ready: Promise<void>;
  #answered: () => void = () => {};
  #frames: Frame[] = [];
  /** Nothing newer has come through than what was asked for last. */
  #isLast = false;
  /** Up to here frames are there. */
  #until: number;
  /** The moment at the monotonic time. */
  #from: { readonly at: number; readonly monotonic: number };
  #asking: AbortController | undefined;
  #settling: (() => void) | undefined;
  #view: PlayerView;

  constructor(clock: Clock, source: PastSource, at: number) {
    this.#clock = clock;
    this.#source = source;
    this.#until = at;
    this.#from = { at, monotonic: clock.monotonic() };
    this.#view = {
      at,
      playing: false,
      speed: 1,
      reading: true,
      drawn: false,
      problem: "",
      unknown: [],
      history: null,
    };
    this.store = new PageStore(
      clockOf(clock, () => this.#now()),
      { isPast: true },
    );
    this.store.link({ state: "open" });
    this.ready = new Promise((resolve) => {
      this.#answered = resolve;
    });
    this.#stops = [
      clock.every(PUMP_MS, () => this.#pump()),
      clock.every(HISTORY_MS, () => void this.#askHistory()),
    ];
    void this.#askHistory();
    this.seek(at);
  }

  get view(): PlayerView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To another moment, epoch ms. Nothing is asked for while the next one follows at once. */
  seek(wanted: number): void {
    const { history } = this.#view;
    const latest = history ? history.to - PRESENT_MS : Number.POSITIVE_INFINITY;
    const at = Math.min(latest, Math.max(history?.from ?? 0, wanted));
    this.#stand(at);
    this.#frames = [];
    this.#until = at;
    this.#isLast = false;
    this.#asking?.abort();
    this.#asking = undefined;
    this.#settling?.();
    this.#settling = this.#clock.after(SETTLE_MS, () => {
      this.#settling = undefined;
      void this.#ask(at, 1_000, 0);
    });
    this.#set({ at, reading: true, drawn: false, problem: "" });
  }

  play(playing: boolean): void {
    this.#stand(this.#now());
    this.#isLast = false;
    this.#set({ playing });
    this.#pump();
  }

  speed(speed: Speed): void {
    this.#stand(this.#now());
    this.#set({ speed });
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#settling?.();
    this.#asking?.abort();
  }

  /** It never runs ahead of what was read. */
  #now(): number {
    const { at, monotonic } = this.#from;
    const { playing, speed } = this.#view;
    if (!playing) return at;
    return Math.max(at, Math.min(this.#until, at + (this.#clock.monotonic() - monotonic) * speed));
  }

  #stand(at: number): void {
    this.#from = { at, monotonic: this.#clock.monotonic() };
  }

  #pump(): void {
    const now = this.#now();
    for (let next = this.#frames[0]; next && next.at <= now; next = this.#frames[0]) {
      this.#frames.shift();
      next.draw();
    }
    const { playing, speed, reading, at } = this.#view;
    if (!playing) return;
    const waits = now >= this.#until;
    // The time for which it waited is not made up for.
    if (waits) this.#stand(now);
    if (waits && this.#isLast) {
      this.#set({ at: now, playing: false, reading: false });
      return;
    }
    if (waits !== reading || Math.floor(now / 1_000) !== Math.floor(at / 1_000))
      this.#set({ at: now, reading: waits });
    const { stepMs, frames } = framesAt(speed);
    const ahead = this.#until - now;
    const isAsked = this.#asking !== undefined || this.#settling !== undefined || this.#isLast;
    if (!isAsked && ahead < (stepMs * frames) / 2) void this.#ask(this.#until, stepMs, frames);
  }

  async #ask(at: number, stepMs: number, frames: number): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const answer = await this.#source.moments(at, stepMs, frames, asking.signal);
      if (this.#asking !== asking) return;
      this.#asking = undefined;
      this.#take(answer, at);
      this.#isLast = frames > 0 && answer.until <= at;
    } catch (error) {
      if (this.#asking !== asking) return;
      this.#asking = undefined;
      const { message, retryMs } = error instanceof NoAnswer ? error : new NoAnswer(String(error), null);
      this.#answered();
      this.#set({ problem: message, reading: false, ...(retryMs === null ? { playing: false } : {}) });
      if (retryMs !== null) this.#again(at, retryMs);
    }
  }

  #take({ snapshot, deltas, until, unknown, counting }: MomentsAnswer, at: number): void {
    const { store } = this;
    this.#frames.push({ at, draw: () => store.snapshot(snapshot, snapshot.now) });
    for (const delta of deltas)
      this.#frames.push({ at: delta.now, draw: () => void store.delta(delta, delta.now) });
    this.#until = Math.max(at, until);
    this.#set({ reading: false, drawn: true, problem: "", unknown });
    this.#pump();
    this.#answered();
    if (counting && deltas.length === 0) this.#again(at, SETTLE_MS);
  }

  /** Ask for the same moment again, unless another one is wanted by then. */
  #again(at: number, ms: number): void {
    this.#settling?.();
    this.#settling = this.#clock.after(ms, () => {
      this.#settling = undefined;
      void this.#ask(at, 1_000, 0);
    });
  }

  async #askHistory(): Promise<void> {
    // The past can be shown without its bounds, and they are asked for again soon.
    const history = await this.#source.history().catch(() => null);
    if (history) this.#set({ history });
  }

  #set(change: Partial<PlayerView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** A clock that shows the moment, and whose timers are the reader's. */
function clockOf(clock: Clock, now: () => number): Clock {
  return {
    now,
    monotonic: () => clock.monotonic(),
    after: (ms, action) => clock.after(ms, action),
    every: (ms, action) => clock.every(ms, action),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
