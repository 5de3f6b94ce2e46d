import type { SeqRange } from "../../../schemas/records.ts";
import type { DeadLetterSeen } from "./events.ts";
import { RangeSet } from "./ranges.ts";

/** How many of dedup's dead letters are remembered: the newest. Each excuses one raw record, or some of its runs. */
const REMEMBERED = 10_000;

/** Numbers of one boot of one device. */
export interface RunOf extends SeqRange {
  readonly deviceId: string;
  readonly bootId: number;
}

/** A part of a run; the reason undefined: no dead letter names it. */
export interface Excused extends SeqRange {
  readonly reason: string | undefined;
}

/** Why dedup refused a raw record. */
interface Letter {
  readonly reason: string;
  /** Which runs of it; none named: all of it. */
  readonly runs: readonly RunOf[];
}

/** Which raw records dedup has refused, and why. */
export class DeadLetters {
  readonly #letters: Map<string, readonly Letter[]>;

  constructor(state: readonly (readonly [string, readonly Letter[]])[] = []) {
    this.#letters = new Map(state);
  }

  add({ raw, reason, readings }: DeadLetterSeen): void {
    if (!raw) return;
    const key = keyOf(raw.partition, raw.offset);
    const letter: Letter = { reason: reason.slice(0, 200), runs: readings };
    this.#letters.set(key, [...(this.#letters.get(key) ?? []), letter]);
    for (const oldest of this.#letters.keys()) {
      if (this.#letters.size <= REMEMBERED) break;
      this.#letters.delete(oldest);
    }
  }

  /** Is there one about this raw record? */
  has(partition: number, offset: number): boolean {
    return this.#letters.has(keyOf(partition, offset));
  }

  /** A run of a raw record, in parts: one per reason, and what no dead letter names. */
  excuses(partition: number, offset: number, run: RunOf): readonly Excused[] {
    const rest = new RangeSet([run]);
    const parts: Excused[] = [];
    for (const { reason, runs } of this.#letters.get(keyOf(partition, offset)) ?? []) {
      const named = runs.filter(({ deviceId, bootId }) => deviceId === run.deviceId && bootId === run.bootId);
      for (const { from, to } of runs.length === 0 ? [run] : named) {
        const excused = new RangeSet(rest.toJSON());
        for (const gap of new RangeSet([{ from, to }]).missing(run.from, run.to))
          excused.remove(gap.from, gap.to);
        for (const range of excused.toJSON()) {
          parts.push({ ...range, reason });
          rest.remove(range.from, range.to);
        }
      }
    }
    return [...parts, ...rest.toJSON().map((range) => ({ ...range, reason: undefined }))];
  }

  /** The records below these offsets have been judged. */
  forget(partition: number, below: number): void {
    for (const key of this.#letters.keys()) {
      const [of, offset] = key.split("@").map(Number);
      if (of === partition && (offset ?? 0) < below) this.#letters.delete(key);
    }
  }

  toJSON(): readonly (readonly [string, readonly Letter[]])[] {
    return [...this.#letters];
  }
}

function keyOf(partition: number, offset: number): string {
  return `${partition}@${offset}`;
}
