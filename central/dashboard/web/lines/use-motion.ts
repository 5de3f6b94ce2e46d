import type { RefObject } from "preact";
import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { placeOf, turnsOf } from "../rules/place.ts";
import type { PageStore } from "../state/store.ts";
import { StoreContext, usePage } from "../state/use.ts";
import { onTick } from "./ticker.ts";

export interface Motion {
  readonly train: TrainView;
  /** Of the stop where it was seen. */
  readonly order: number;
  /** Order of the line's last stop. */
  readonly last: number;
  /** CSS transform for a place on the line, in stops. It changes evenly from one stop to the next. */
  readonly placed: (at: number) => string;
}

/** From where a mark is drawn to where a report puts it, ms. */
const CATCH_UP_MS = 250;
const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Moves a train's mark. Of the present the whole way to the next stop is given to the browser at each report, whose compositor
 * carries the mark; no script runs in between. Of the past, whose clock may stand or hurry, the mark is placed again and again.
 *
 * @param changes - the way is another one when one of these is.
 * @returns for the mark.
 */
export function useMotion(motion: Motion, changes: readonly unknown[]): RefObject<HTMLLIElement | null> {
  const element = useRef<HTMLLIElement>(null);
  const running = useRef<Animation | null>(null);
  const before = useRef(motion);
  const store = useContext(StoreContext);
  const isPaused = usePage(({ paused }) => paused);
  useLayoutEffect(() => {
    const mark = element.current;
    if (!mark) return;
    if (store.isPast) return onTick(store.clock, (steps) => place(mark, motion, store, steps));
    if (isPaused && running.current) {
      running.current.pause();
      return;
    }
    const from = running.current ? whereItIs(mark, running.current, before.current, store.now) : null;
    running.current?.cancel();
    running.current = carry(mark, motion, store.now, from);
    before.current = motion;
    // It is drawn otherwise from when it leaves its stop.
    const [begins] = turnsOf(motion.train);
    const wait = begins - store.now;
    return wait > 0 ? store.clock.after(wait + 1, () => sayDrawn(mark, motion, store.now)) : undefined;
  }, [...changes, isPaused, store]);
  useLayoutEffect(() => () => running.current?.cancel(), []);
  return element;
}

/** Computed, so that the browser need not work out any style; only one that stands still must be asked. */
function whereItIs(mark: HTMLElement, { playState }: Animation, motion: Motion, now: number): string {
  if (playState === "paused") return getComputedStyle(mark).transform;
  return motion.placed(placeOf(motion.train, motion.order, motion.last, now).order);
}

/** @param from - the transform with which it is drawn now; null: it comes new. */
function carry(mark: HTMLElement, motion: Motion, now: number, from: string | null): Animation | null {
  const { train, order, last, placed } = motion;
  const at = (time: number): string => placed(placeOf(train, order, last, time).order);
  const times = [now + CATCH_UP_MS, ...turnsOf(train).filter((time) => time > now + CATCH_UP_MS)];
  const end = times.at(-1) ?? now;
  sayDrawn(mark, motion, now);
  mark.style.transform = reduced.matches ? placed(order) : at(end);
  if (reduced.matches) return null;
  const frames = [
    { offset: 0, transform: from ?? at(now) },
    ...times.map((time) => ({ offset: (time - now) / (end - now), transform: at(time) })),
  ];
  return mark.animate(frames, { duration: end - now });
}

function place(mark: HTMLElement, motion: Motion, store: PageStore, steps: boolean): void {
  const { train, order, last, placed } = motion;
  if (store.view.paused && mark.style.transform !== "") return;
  mark.dataset["past"] = "true";
  mark.style.transform = placed(steps ? order : placeOf(train, order, last, store.now).order);
  sayDrawn(mark, motion, store.now);
}

function sayDrawn(mark: HTMLElement, { train, order, last }: Motion, now: number): void {
  mark.dataset["drawn"] = placeOf(train, order, last, now).drawn;
}
