import type { Clock } from "../../../runtime/clock.ts";
import type { FaultMaker, FaultTargets } from "./maker.ts";

/** Long enough to be felt, far below every session's timeout. */
const STANDS_MS = 400;
const RUNS_MS = 100;

export type Send = (pid: number, signal: "SIGSTOP" | "SIGCONT") => void;

/** A process that stands still for four fifths of the time, in short slices. */
export class SlowProcess implements FaultMaker {
  readonly #part: string;
  readonly #targets: FaultTargets;
  readonly #clock: Clock;
  readonly #send: Send;

  constructor(part: string, targets: FaultTargets, clock: Clock, send: Send = sendSignal) {
    this.#part = part;
    this.#targets = targets;
    this.#clock = clock;
    this.#send = send;
  }

  isPossible(): boolean {
    return this.#targets.pidOf(this.#part) !== null;
  }

  strike(): () => void {
    let stopped: number | null = null;
    let cancel = (): void => {};
    const stand = (): void => {
      // Asked each time: it may have been started again.
      stopped = this.#targets.pidOf(this.#part);
      if (stopped !== null) this.#send(stopped, "SIGSTOP");
      cancel = this.#clock.after(STANDS_MS, run);
    };
    const goOn = (): void => {
      // One that has ended meanwhile has left its number to somebody else.
      if (stopped !== null && stopped === this.#targets.pidOf(this.#part)) this.#send(stopped, "SIGCONT");
      stopped = null;
    };
    const run = (): void => {
      goOn();
      cancel = this.#clock.after(RUNS_MS, stand);
    };
    stand();
    return () => {
      cancel();
      goOn();
    };
  }
}

function sendSignal(pid: number, signal: "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
