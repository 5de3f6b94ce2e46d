import type { PartSpec, PartState } from "./part.ts";
import { nextStart, type RestartPolicy } from "./restart.ts";

/** What the supervisor remembers of one part. */
export interface PartStatus {
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
  readonly parts: Readonly<Record<string, PartStatus>>;
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

export interface Transition {
  readonly state: SystemState;
  readonly effects: readonly Effect[];
}

/** Does this part have a process? A task that is done has none, and is ready. */
export function isAlive(kind: PartSpec["kind"], state: PartState): boolean {
  return state === "starting" || state === "stopping" || (state === "ready" && kind === "service");
}

export function initialState(parts: readonly PartSpec[]): SystemState {
  const fresh: PartStatus = { state: "waiting", failures: 0, everReady: false, restarts: 0, since: 0 };
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
): Transition {
  const effects: Effect[] = [];
  const parts: Record<string, PartStatus> = { ...before.parts };
  const ending = before.ending || event.type === "end";
  const specOf = new Map(specs.map((spec) => [spec.name, spec]));
  const enter = (name: string, state: PartState, change: Partial<PartStatus> = {}): void => {
    const part = parts[name];
    if (part) parts[name] = { ...part, ...change, state, since: event.at };
  };

  if ("name" in event) {
    const part = parts[event.name];
    const spec = specOf.get(event.name);
    if (part && spec) applyTo(part, spec);
  }
  if (ending) stopWhatMay();
  else startWhatMay();
  return { state: { parts, ending }, effects };

  function applyTo(part: PartStatus, spec: PartSpec): void {
    if (!("name" in event)) return;
    const { name } = event;
    switch (event.type) {
      case "ready":
        if (part.state === "starting") enter(name, "ready", { everReady: true });
        return;
      case "ended":
        ended(part, spec, event.code, event.at);
        return;
      case "due":
        if (part.state === "restarting") enter(name, "waiting");
        return;
      case "start":
        if (!isAlive(spec.kind, part.state)) enter(name, "waiting", { failures: 0 });
        return;
      case "stop":
        if (isAlive(spec.kind, part.state)) {
          enter(name, "stopping");
          effects.push({ type: "stop", name });
        } else enter(name, "stopped");
    }
  }

  function ended(part: PartStatus, spec: PartSpec, code: number | null, at: number): void {
    const { name } = spec;
    if (part.state === "stopping" || ending) {
      enter(name, "stopped");
      return;
    }
    if (spec.kind === "task" && code === 0) {
      enter(name, "ready", { everReady: true });
      return;
    }
    const recovered = part.state === "ready" && at - part.since >= policy.healthyMs;
    const failures = recovered ? 1 : part.failures + 1;
    const needsOthers = spec.needs.some((need) => specOf.has(need));
    const wait = nextStart(policy, { failures, everReady: part.everReady, code, needsOthers });
    if (wait === "give up") enter(name, "failed", { failures });
    else {
      enter(name, "restarting", { failures, restarts: part.restarts + 1 });
      effects.push({ type: "wait", name, ms: wait });
    }
  }

  function startWhatMay(): void {
    for (const { name, needs, yieldsTo = [] } of specs) {
      const given = (need: string): boolean => (parts[need]?.state ?? "ready") === "ready";
      if (parts[name]?.state === "waiting" && needs.every(given) && !yieldsTo.some(startsFirst)) {
        enter(name, "starting");
        effects.push({ type: "launch", name });
      }
    }
  }

  /** Is it on its first start? One that failed at it has had its turn. */
  function startsFirst(name: string): boolean {
    const part = parts[name];
    return (
      part !== undefined && part.failures === 0 && (part.state === "waiting" || part.state === "starting")
    );
  }

  /** Does a part need another, itself or by a task? A task that is done has no process that could hold anything. */
  function leansOn(spec: PartSpec, name: string): boolean {
    return spec.needs.some((need) => {
      const between = specOf.get(need);
      return need === name || (between?.kind === "task" && leansOn(between, name));
    });
  }

  /** A part ends once nothing that needs it or feeds it has a process any more. */
  function stopWhatMay(): void {
    for (const spec of specs) {
      const state = parts[spec.name]?.state ?? "stopped";
      if (state !== "stopped" && !isAlive(spec.kind, state)) enter(spec.name, "stopped");
    }
    const busy = specs.filter((spec) => isAlive(spec.kind, parts[spec.name]?.state ?? "stopped"));
    for (const { name } of busy) {
      const held = busy.some((other) => leansOn(other, name) || other.feeds.includes(name));
      if (held || parts[name]?.state === "stopping") continue;
      enter(name, "stopping");
      effects.push({ type: "stop", name });
    }
  }
}

/** Has everything ended? */
export function hasEnded(state: SystemState): boolean {
  return state.ending && Object.values(state.parts).every((part) => part.state === "stopped");
}
