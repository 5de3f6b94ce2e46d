import { CLOCK_TRUST_MS, type ClockView } from "../../../../schemas/page/page.ts";

interface Pair {
  readonly service: number;
  readonly at: number;
}

/** The speed is measured over this much wall time, so that a change is seen soon. */
const WINDOW_MS = 30_000;
/** Events noticed in the same moment carry the service times at which they happened, in no order. */
const SAME_MOMENT_MS = 1_000;
/** Less than this apart, two readings' rounding to milliseconds would show. */
const MIN_SPAN_MS = 2_000;

/** The service clock as the readings tell it: each carries its service time and its device's wall time. */
export class ServiceClockModel {
  #pairs: Pair[] = [];

  /** Older readings (a backlog) are ignored. A service clock that went back, and stays there, begins again. */
  hear(service: number, at: number): void {
    const last = this.#pairs.at(-1);
    if (last && at <= last.at) return;
    if (last && service < last.service) {
      if (at - last.at < SAME_MOMENT_MS) return;
      this.#pairs = [];
    }
    this.#pairs.push({ service, at });
    const keepFrom = at - WINDOW_MS;
    const first = this.#pairs.findIndex((pair) => pair.at >= keepFrom);
    if (first > 0) this.#pairs.splice(0, first);
    // At hundreds of readings a second most of the middle adds nothing.
    if (this.#pairs.length > 512) this.#pairs = this.#pairs.filter((_, i) => i % 2 === 0 || i > 500);
  }

  view(): ClockView | null {
    const first = this.#pairs[0];
    const last = this.#pairs.at(-1);
    if (!first || !last) return null;
    const span = last.at - first.at;
    const speed = span >= MIN_SPAN_MS ? (last.service - first.service) / span : null;
    return { service: last.service, at: last.at, speed: speed === null ? null : round(speed) };
  }

  /** The service time at a wall time, epoch ms; null before the first reading, and when none has come for long. */
  serviceAt(at: number): number | null {
    const clock = this.view();
    if (!clock || at - clock.at > CLOCK_TRUST_MS) return null;
    return Math.round(clock.service + (at - clock.at) * (clock.speed ?? 1));
  }
}

/** 59.98 is 60 with jitter on it. */
function round(speed: number): number {
  const whole = Math.round(speed);
  return Math.abs(speed - whole) < 0.02 * Math.max(1, whole) ? whole : Math.round(speed * 100) / 100;
}
