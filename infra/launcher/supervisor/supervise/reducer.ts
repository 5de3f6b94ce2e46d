import type { PartSpec, PartState } from "./part.ts";
import { nextStart, type RestartPolicy } from "./restart.ts";

/** What the supervisor remembers of one part. */
export interface PartProgress {
  readonly state: PartState;
  /** Ends by itself since it was last healthy. */
  readonly failures: number;
  readonly everReady: boolean;
  /** Starts after the first one. */
  readonly restarts: number;
  /** When its present state began, monotonic ms. */
  readonly since: number;
}

export interface SystemState {
  readonly parts: Readonly<Record<string, PartProgress>>;
  /** Everything is to end: nothing starts any more. */
  readonly ending: boolean;
}

/** All times are monotonic, ms. */
export type SystemEvent =
  | { readonly type: "begin" | "end"; readonly at: number }
  | { readonly type: "ready"; readonly name: string; readonly at: number }
  | { readonly type: "ended"; readonly name: string; readonly at: number; readonly code: number | null }
  /** The wait before a restart is over. */
  | { readonly type: "due"; readonly name: string; readonly at: number }
  /** Somebody asks for it. */
  | { readonly type: "start" | "stop"; readonly name: string; readonly at: number };

export type Effect =
  | { readonly type: "launch" | "stop"; readonly name: string }
  | { readonly type: "wait"; readonly name: string; readonly ms: number };

export interface PartTransition {
  readonly state: SystemState;
  readonly effects: readonly Effect[];
}

/** Does this part have a process? A task that is done has none, and is ready. */
export function isAlive(kind: PartSpec["kind"], state: PartState): boolean {
  return state === "starting" || state === "stopping" || (state === "ready" && kind === "service");
}

export function initialState(parts: readonly PartSpec[]): SystemState {
  const fresh: PartProgress = { state: "waiting", failures: 0, everReady: false, restarts: 0, since: 0 };
  return { parts: Object.fromEntries(parts.map((part) => [part.name, fresh])), ending: false };
}

/**
 * One step of the whole system: which parts to launch and which to stop.
 *
 * Times and process ends are inputs like any other, so that every order of events can be tested without a process.
 * Names in `needs` and `feeds` that are not among `specs` count as given.
 */
export function reduce(
  specs: readonly PartSpec[],
  policy: RestartPolicy,
  before: SystemState,
  event: SystemEvent,
): PartTransition {
  const step = new Step(specs, policy, before, event);
  if ("name" in event) step.apply(event);
  if (step.ending) step.stopWhatMay();
  else step.startWhatMay();
  return { state: { parts: step.parts, ending: step.ending }, effects: step.effects };
}

/** The next state while it is made. */
class Step {
  readonly parts: Record<string, PartProgress>;
  readonly effects: Effect[] = [];
  readonly ending: boolean;
  readonly #specs: readonly PartSpec[];
  readonly #specOf: ReadonlyMap<string, PartSpec>;
  readonly #policy: RestartPolicy;
  readonly #at: number;

  constructor(
    specs: readonly PartSpec[],
    policy: RestartPolicy,
    before: SystemState,
    { type, at }: SystemEvent,
  ) {
    this.#specs = specs;
    this.#specOf = new Map(specs.map((spec) => [spec.name, spec]));
    this.#policy = policy;
    this.#at = at;
    this.parts = { ...before.parts };
    this.ending = before.ending || type === "end";
  }

  apply(event: Extract<SystemEvent, { name: string }>): void {
    const { name } = event;
    const part = this.parts[name];
    const spec = this.#specOf.get(name);
    if (!part || !spec) return;
    switch (event.type) {
      case "ready":
        if (part.state === "starting") this.#enter(name, "ready", { everReady: true });
        return;
      case "ended":
        this.#ended(part, spec, event.code);
        return;
      case "due":
        if (part.state === "restarting") this.#enter(name, "waiting");
        return;
      case "start":
        if (!isAlive(spec.kind, part.state)) this.#enter(name, "waiting", { failures: 0 });
        return;
      case "stop":
        if (isAlive(spec.kind, part.state)) this.#stop(name);
        else this.#enter(name, "stopped");
    }
  }

  startWhatMay(): void {
    for (const { name, needs, yieldsTo = [] } of this.#specs) {
      const given = (need: string): boolean => (this.parts[need]?.state ?? "ready") === "ready";
      const yields = yieldsTo.some((other) => this.#startsFirst(other));
      if (this.parts[name]?.state === "waiting" && needs.every(given) && !yields) {
        this.#enter(name, "starting");
        this.effects.push({ type: "launch", name });
      }
    }
  }

  /** A part ends once nothing that needs it or feeds it has a process any more. */
  stopWhatMay(): void {
    for (const spec of this.#specs) {
      const state = this.parts[spec.name]?.state ?? "stopped";
      if (state !== "stopped" && !isAlive(spec.kind, state)) this.#enter(spec.name, "stopped");
    }
    const busy = this.#specs.filter((spec) => isAlive(spec.kind, this.parts[spec.name]?.state ?? "stopped"));
    for (const { name } of busy) {
      const held = busy.some((other) => this.#leansOn(other, name) || other.feeds.includes(name));
      if (!held && this.parts[name]?.state !== "stopping") this.#stop(name);
    }
  }

  #enter(name: string, state: PartState, change: Partial<PartProgress> = {}): void {
    const part = this.parts[name];
    if (part) this.parts[name] = { ...part, ...change, state, since: this.#at };
  }

  #stop(name: string): void {
    this.#enter(name, "stopping");
    this.effects.push({ type: "stop", name });
  }

  #ended(part: PartProgress, spec: PartSpec, code: number | null): void {
    const { name } = spec;
    if (part.state === "stopping" || this.ending) {
      this.#enter(name, "stopped");
      return;
    }
    if (spec.kind === "task" && code === 0) {
      this.#enter(name, "ready", { everReady: true });
      return;
    }
    const recovered = part.state === "ready" && this.#at - part.since >= this.#policy.healthyMs;
    const failures = recovered ? 1 : part.failures + 1;
    const needsOthers = spec.needs.some((need) => this.#specOf.has(need));
    const wait = nextStart(this.#policy, { failures, everReady: part.everReady, code, needsOthers });
    if (wait === "give up") this.#enter(name, "failed", { failures });
    else {
      this.#enter(name, "restarting", { failures, restarts: part.restarts + 1 });
      this.effects.push({ type: "wait", name, ms: wait });
    }
  }

  /** Is it on its first start? One that failed at it has had its turn. */
  #startsFirst(name: string): boolean {
    const part = this.parts[name];
    return (
      part !== undefined && part.failures === 0 && (part.state === "waiting" || part.state === "starting")
    );
  }

  /** Does a part need another, itself or by a task? A task that is done has no process that could hold anything. */
  #leansOn(spec: PartSpec, name: string): boolean {
    return spec.needs.some((need) => {
      const between = this.#specOf.get(need);
      return need === name || (between?.kind === "task" && this.#leansOn(between, name));
    });
  }
}

/** Has everything ended? */
export function hasEnded(state: SystemState): boolean {
  return state.ending && Object.values(state.parts).every((part) => part.state === "stopped");
}
