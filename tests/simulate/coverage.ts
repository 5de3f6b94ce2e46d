import type { Fault } from "./faults/faults.ts";
import type { System } from "./system.ts";

/** A backlog: more than a line has in flight. */
const BACKLOG = 32;

/** In which state a fault meets what it strikes. */
export function stateOf(system: System, { target }: Fault): string {
  const { field, boxes, broker } = system;
  if (field.places.includes(target)) {
    const { ring, line } = field.unit(target);
    if (!line.device.greeted) return "not greeted";
    return ring.waiting === 0 ? "ring empty" : ring.waiting > BACKLOG ? "backlog" : "in flight";
  }
  const life = system.processes().get(target)?.life;
  if (life?.dead) return "dead";
  if (life?.stopped) return "stopped";
  const box = boxes.get(target);
  if (box) return box.disk.size === 0 ? "outbox empty" : "outbox holds";
  const stage = system.stages.get(target)?.stage;
  if (stage === undefined && target !== "kafka") return "serving";
  return isInTransaction(broker, stage === "dedup" || stage === "ksql" ? stage : "")
    ? "in transaction"
    : "idle";
}

/** Is a transaction under way, of this stage or of any? */
function isInTransaction({ memory }: System["broker"], stage: string): boolean {
  return memory.coordinator.ongoing().some((id) => id.includes(stage));
}

/** Of a target that does nothing now. */
const IDLE = new Set(["ring empty", "outbox empty", "idle"]);

export function isIdle(system: System, fault: Fault): boolean {
  return IDLE.has(stateOf(system, fault));
}

/** How often which kind of fault met which state. */
export class Coverage {
  readonly #counts = new Map<string, Map<string, number>>();

  add(kind: string, state: string, times = 1): void {
    const states = this.#counts.get(kind) ?? new Map<string, number>();
    this.#counts.set(kind, states.set(state, (states.get(state) ?? 0) + times));
  }

  of(kind: string, state: string): number {
    return this.#counts.get(kind)?.get(state) ?? 0;
  }

  /** Named pairs that never came together. */
  missed(): readonly string[] {
    return NAMED_PAIRS.filter((pair) => this.of(...pair) === 0).map((pair) => pair.join(" × "));
  }

  /** A line for each kind. */
  lines(): readonly string[] {
    return [...this.#counts].sort().map(([kind, states]) => {
      const each = [...states].sort().map(([state, times]) => `${state} ${times}`);
      return `${kind}: ${each.join(", ")}`;
    });
  }
}

/** Faults and states that a swarm must have brought together: these are where readings were lost once, or would be. */
export const NAMED_PAIRS: readonly (readonly [string, string])[] = [
  ["acks lost", "in flight"],
  ["device rebooted", "in flight"],
  ["device rebooted, old frames late", "in flight"],
  ["impostor", "in flight"],
  ["line unplugged", "in flight"],
  ["process killed", "outbox holds"],
  ["process killed", "serving"],
  ["process killed", "in transaction"],
  ["process stopped", "in transaction"],
  ["process stopped", "outbox holds"],
  ["disk full", "outbox holds"],
  ["disk fails", "outbox holds"],
  ["only PUBACKs cut", "outbox holds"],
  ["connections reset", "outbox holds"],
  ["agent cloned", "outbox holds"],
  ["Kafka's answers lost", "serving"],
  ["Kafka's answers lost", "in transaction"],
  ["Kafka down", "in transaction"],
  ["transactions hang", "in transaction"],
  ["commits lost", "in transaction"],
  ["answers to commits lost", "in transaction"],
  ["partitions moved", "in transaction"],
  ["producers in doubt", "in transaction"],
];
