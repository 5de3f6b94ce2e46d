import { messageOf } from "../../../../schemas/errors.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { LIVENESS_POLICY, type LivenessPolicy, untilHung } from "./liveness.ts";
import { checkOrder } from "./order.ts";
import type { Ended, Launched, Part, PartState } from "./part.ts";
import {
  type Activity,
  hangs,
  LOOK_EVERY_MS,
  look,
  NEW_PATIENCE,
  type Patience,
  QUIET_LIMIT_MS,
} from "./patience.ts";
import { hasEnded, initialState, reduce, type SystemEvent, type SystemState } from "./reducer.ts";
import type { RestartPolicy } from "./restart.ts";

/** One part, as people and tests see it. */
export interface PartReport {
  readonly name: string;
  readonly state: PartState;
  /** From launch to ready, of its last start; null until then. */
  readonly ms: number | null;
  readonly pid: number | null;
  /** How long its process has been running; null without one. */
  readonly upMs: number | null;
  readonly url: string | null;
  /** Answers what it does now, as JSON; null: nothing can be asked. */
  readonly probe: string | null;
  readonly restarts: number;
  /** Why it ended last; null: it never did by itself. */
  readonly reason: string | null;
  /** While it starts: what it does; null: not known. */
  readonly doing: string | null;
}

export interface SupervisorOptions {
  readonly parts: readonly Part[];
  readonly policy: RestartPolicy;
  readonly clock: Clock;
  /** A part changed its state. */
  readonly onChange?: (part: PartReport) => void;
  /** What processes have done so far, those they started included. @param logs - files that they write to. */
  readonly activityOf: (pids: readonly number[], logs: readonly string[]) => Activity;
  /** How long a part may take to end after it was told to, ms; then it is killed. */
  readonly stopWithinMs: number;
  readonly liveness?: LivenessPolicy;
}

interface Running {
  readonly launched: Launched;
  /** Cancels the timer that would kill it. */
  cancel: () => void;
  /** Why it was killed, when the supervisor did it. */
  killedFor?: string;
  patience: Patience;
  /** Ends when its process does. */
  readonly gone: AbortController;
}

/** Carries out what `reduce` decides: the only place that holds processes and timers. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #parts: ReadonlyMap<string, Part>;
  readonly #running = new Map<string, Running>();
  readonly #launchedAt = new Map<string, number>();
  readonly #readyMs = new Map<string, number>();
  readonly #reasons = new Map<string, string>();
  readonly #waits = new Map<string, () => void>();
  readonly #ended: Promise<void>;
  #resolveEnded: () => void = () => {};
  #state: SystemState;

  /** @throws {CodedError} USAGE when the parts wait for each other in a circle. */
  constructor(options: SupervisorOptions) {
    checkOrder(options.parts);
    this.#options = options;
    this.#parts = new Map(options.parts.map((part) => [part.name, part]));
    this.#state = initialState(options.parts);
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  begin(): void {
    this.#dispatch({ type: "begin", at: this.#now() });
  }

  /** Everything ends in order, what feeds before what is fed. */
  end(): Promise<void> {
    for (const cancel of this.#waits.values()) cancel();
    this.#waits.clear();
    this.#dispatch({ type: "end", at: this.#now() });
    return this.#ended;
  }

  /** What still runs ends now: all of it, or what holds no state. */
  kill(which: "all" | "stateless"): void {
    for (const [name, { launched }] of this.#running) {
      if (which === "all" || !this.#parts.get(name)?.holdsState) launched.kill();
    }
  }

  /** @returns false when there is no such part. */
  request(name: string, what: "start" | "stop" | "kill"): boolean {
    if (!this.#parts.has(name)) return false;
    if (what === "kill") this.#running.get(name)?.launched.kill();
    else this.#dispatch({ type: what, name, at: this.#now() });
    return true;
  }

  /** Of a part's process; null: it has none now. */
  pidOf(name: string): number | null {
    return this.#running.get(name)?.launched.pid ?? null;
  }

  /** A line for a part's standard input. @returns false when it has no process that reads one. */
  say(name: string, line: string): boolean {
    const launched = this.#running.get(name)?.launched;
    if (!launched?.say) return false;
    launched.say(line);
    return true;
  }

  reports(): readonly PartReport[] {
    return [...this.#parts.keys()].map((name) => this.#report(name));
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #report(name: string): PartReport {
    const status = this.#state.parts[name];
    const pid = this.pidOf(name);
    return {
      name,
      state: status?.state ?? "waiting",
      ms: this.#readyMs.get(name) ?? null,
      pid,
      upMs: pid === null ? null : Math.round(this.#now() - (this.#launchedAt.get(name) ?? 0)),
      url: this.#parts.get(name)?.url ?? null,
      probe: this.#parts.get(name)?.probe ?? null,
      restarts: status?.restarts ?? 0,
      reason: this.#reasons.get(name) ?? null,
      doing: status?.state === "starting" ? (this.#running.get(name)?.patience.doing ?? null) : null,
    };
  }

  #dispatch(event: SystemEvent): void {
    const before = this.#state;
    const { state, effects } = reduce([...this.#parts.values()], this.#options.policy, before, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === "launch") this.#launch(effect.name);
      else if (effect.type === "wait") this.#wait(effect.name, effect.ms);
      else this.#stop(effect.name);
    }
    for (const name of this.#parts.keys()) {
      if (state.parts[name]?.state !== before.parts[name]?.state)
        this.#options.onChange?.(this.#report(name));
    }
    if (hasEnded(state)) this.#resolveEnded();
  }

  #launch(name: string): void {
    const part = this.#parts.get(name);
    if (!part) return;
    const { clock } = this.#options;
    this.#launchedAt.set(name, this.#now());
    this.#readyMs.delete(name);
    const launched = attempt(part);
    const running: Running = {
      launched,
      cancel: () => {},
      patience: NEW_PATIENCE,
      gone: new AbortController(),
    };
    let at = this.#now();
    running.cancel = clock.every(LOOK_EVERY_MS, () => {
      const now = this.#now();
      const activity = this.#activityOf(part, launched);
      // Work inside this process that works through no other part has a bound of its own.
      if (activity === undefined) return;
      running.patience = look(running.patience, activity, now - at);
      at = now;
      if (!hangs(running.patience)) return;
      running.cancel();
      running.killedFor = `hung: it did nothing for ${QUIET_LIMIT_MS / 1000} s`;
      launched.kill();
    });
    this.#running.set(name, running);
    launched.ready.then(
      () => {
        if (this.#running.get(name) !== running || this.#state.parts[name]?.state !== "starting") return;
        running.cancel();
        this.#noteReady(name);
        this.#watch(part, running);
        this.#dispatch({ type: "ready", name, at: this.#now() });
      },
      (error: unknown) => {
        running.killedFor ??= messageOf(error);
        launched.kill();
      },
    );
    void launched.ended.then((ended) => this.#onEnded(name, running, ended));
  }

  /**
   * A task works through those that it needs: what they do for it counts as its own.
   *
   * @returns undefined when there is nothing by which it could be judged.
   */
  #activityOf(part: Part, { pid, preparing }: Launched): Activity | undefined {
    const others = part.kind === "task" ? part.needs : [];
    if (part.log === null && others.length === 0) return undefined;
    const pids = [pid ?? preparing, ...others.map((name) => this.#running.get(name)?.launched.pid)];
    return this.#options.activityOf(
      pids.filter((each) => typeof each === "number"),
      part.log === null ? [] : [part.log],
    );
  }

  #onEnded(name: string, running: Running, ended: Ended): void {
    running.cancel();
    running.gone.abort();
    this.#running.delete(name);
    const told = this.#state.parts[name]?.state === "stopping";
    const done = this.#parts.get(name)?.kind === "task" && ended.code === 0;
    if (done) this.#noteReady(name);
    else if (!told) this.#reasons.set(name, running.killedFor ?? ended.reason);
    this.#dispatch({ type: "ended", name, at: this.#now(), code: ended.code });
  }

  /** A process whose event loop stands still does not hear SIGTERM either. */
  #watch({ lives }: Part, running: Running): void {
    if (!lives) return;
    const { clock, liveness = LIVENESS_POLICY } = this.#options;
    void untilHung(lives, liveness, clock, running.gone.signal).then(() => {
      running.killedFor = `hung: no answer for ${liveness.withinMs / 1000} s`;
      running.launched.kill();
    });
  }

  #noteReady(name: string): void {
    this.#readyMs.set(name, Math.round(this.#now() - (this.#launchedAt.get(name) ?? 0)));
  }

  #stop(name: string): void {
    const running = this.#running.get(name);
    if (!running) return;
    running.cancel();
    running.launched.stop();
    running.cancel = this.#options.clock.after(this.#options.stopWithinMs, () => running.launched.kill());
  }

  #wait(name: string, ms: number): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#waits.delete(name);
      this.#dispatch({ type: "due", name, at: this.#now() });
    });
    this.#waits.set(name, cancel);
  }
}

/** A launch that throws is a part that ended at once. */
function attempt(part: Part): Launched {
  try {
    return part.launch();
  } catch (error) {
    return {
      pid: null,
      ready: new Promise(() => {}),
      ended: Promise.resolve({ code: null, reason: messageOf(error) }),
      stop() {},
      kill() {},
    };
  }
}

/** Is nothing on its way any more: every part ready, failed, stopped, or waiting for one that failed? */
export function isSettled(reports: readonly PartReport[]): boolean {
  return !reports.some((part) => ["starting", "stopping", "restarting"].includes(part.state));
}
