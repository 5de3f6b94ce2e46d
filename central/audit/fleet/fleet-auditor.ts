import type { Evidence } from "../../../schemas/audit.ts";
import type { Fact } from "../core/findings.ts";
import { type AuditedEvent, differing, type FleetEventSeen } from "./event.ts";
import { Group, type GroupState } from "./group.ts";
import type { GroupKey, GroupSum, TableRow } from "./table.ts";

/** Records of one partition that the writer has dealt with, in order, and what the table and the dead letters say of them. */
export interface EventBatch {
  readonly topic: string;
  readonly partition: number;
  readonly seen: readonly FleetEventSeen[];
  /** Rows with the identities of these records, by `identityOf`. */
  readonly rows: ReadonlyMap<string, TableRow>;
  /** Is there a dead letter of the writer's about this record? */
  readonly named: (record: FleetEventSeen) => boolean;
}

/** A group of which the table does not hold what it held. */
export interface Suspect extends GroupKey {
  readonly rows: readonly TableRow[];
  readonly sum: GroupSum;
  /** What Kafka still has of the group, by number; where an event came twice, the first. */
  readonly events: ReadonlyMap<number, AuditedRecord>;
  /** Rows may have come from elsewhere too: another system writes into the same table. */
  readonly shared: boolean;
}

/** An event, and where it is. */
export interface AuditedRecord extends Evidence {
  readonly event: AuditedEvent;
}

export interface FleetCounts {
  /** Records that were held against the table. */
  readonly records: number;
  readonly rows: number;
  /** Records of an event that is a row by an earlier one. */
  readonly repeated: number;
  /** Records that can be no row, each named in a dead letter. */
  readonly deadLetters: number;
}

export function identityOf({ vehicle, boot, sequence }: GroupKey & { readonly sequence: number }): string {
  return `${vehicle} ${boot} ${sequence}`;
}

const HOP = "table";

/**
 * Holds the vehicles' events against PostgreSQL, record by record: below the writer's position each record is a row that
 * says the same, or is named in a dead letter; and what is a row stays one, unchanged, with no other beside it.
 *
 * No I/O, no clock.
 */
export class FleetAuditor {
  readonly #report: (fact: Fact) => void;
  readonly #groups = new Map<string, Group>();
  #surveyed = false;
  #counts: FleetCounts = { records: 0, rows: 0, repeated: 0, deadLetters: 0 };

  constructor(report: (fact: Fact) => void) {
    this.#report = report;
  }

  get counts(): FleetCounts {
    return this.#counts;
  }

  restore(key: GroupKey, state: GroupState): void {
    this.#groups.set(keyOf(key), new Group(state));
  }

  restoreCounts(counts: FleetCounts): void {
    this.#counts = counts;
  }

  /** Whether the whole table was looked through: what it holds beyond later is from no time before the audit. */
  get surveyed(): boolean {
    return this.#surveyed;
  }

  survey(): void {
    this.#surveyed = true;
  }

  /** The table is another one, or an older state of this one: what it held before says nothing. */
  forget(): void {
    this.#surveyed = false;
    for (const key of this.#groups.keys()) this.#groups.set(key, new Group());
  }

  /** Groups that changed since the last call, as they are to be kept. */
  *changes(): Iterable<readonly [GroupKey, GroupState]> {
    for (const [key, group] of this.#groups) {
      if (!group.changed) continue;
      group.changed = false;
      yield [groupKey(key), group.toJSON()];
    }
  }

  take({ topic, partition, seen, rows, named }: EventBatch): void {
    let { records, rows: found, repeated, deadLetters } = this.#counts;
    for (const record of seen) {
      records++;
      const { offset, event } = record;
      const evidence = { topic, partition, offset };
      if (!event) {
        if (named(record)) deadLetters++;
        else this.#found("lost", null, offset, evidence, "are no events, and in no dead letter");
        continue;
      }
      const row = rows.get(identityOf(event));
      const differs = row ? differing(event.content, row.content) : [];
      if (row && differs.length === 0) {
        if (this.#group(event).found(event.sequence, row.hash)) found++;
        else repeated++;
      } else if (named(record)) deadLetters++;
      else if (row) {
        const detail = `in the table with another content (${differs.join(", ")})`;
        this.#found("altered", event, event.sequence, evidence, detail);
      } else {
        this.#found(
          "lost",
          event,
          event.sequence,
          evidence,
          "in Kafka, and neither in the table nor in a dead letter",
        );
      }
    }
    this.#counts = { records, rows: found, repeated, deadLetters };
  }

  /**
   * Groups of the table, all that there are between two of them.
   *
   * @param within - is this group between them? One that is known and not among `sums` has no rows any more.
   * @returns those that do not hold what they held, for a closer look.
   */
  check(sums: readonly GroupSum[], within: (key: GroupKey) => boolean): readonly GroupSum[] {
    const suspects: GroupSum[] = [];
    const there = new Set<string>();
    for (const sum of sums) {
      there.add(keyOf(sum));
      if (!this.#group(sum).agrees(sum.rows, sum.hash)) suspects.push(sum);
    }
    for (const [key, group] of this.#groups) {
      const of = groupKey(key);
      if (there.has(key) || !within(of) || group.agrees(0, 0n)) continue;
      suspects.push({ ...of, rows: 0, hash: 0n });
    }
    return suspects;
  }

  /** Name what is wrong in a group, and take it as it is now, so that each change is named once. */
  examine({ sum, rows, events, shared, ...key }: Suspect): void {
    const group = this.#group(key);
    const numbers = rows.map(({ sequence }) => sequence);
    const evidenceOf = (sequence: number): Evidence | null => evidenceIn(events.get(sequence));
    const lost = group.missing(numbers);
    for (const { from, to } of lost) {
      const detail = "a row of the table before, and none any more";
      this.#report({ ...fact("lost", key, evidenceOf(from)), from, to, detail });
      group.rows.remove(from, to);
    }
    const excess = group.excess(sum.rows) + lost.reduce((total, { from, to }) => total + to - from + 1, 0);
    const unknown = group.unknown(numbers).filter((n) => !events.has(n));
    for (const sequence of shared ? [] : unknown.slice(0, Math.max(0, excess))) {
      this.#found(
        "unexpected",
        key,
        sequence,
        null,
        "in the table, and never in Kafka since the audit began",
      );
    }
    let altered = 0;
    for (const row of rows) {
      const record = events.get(row.sequence);
      const differs = record ? differing(record.event.content, row.content) : [];
      if (differs.length === 0 || !group.rows.has(row.sequence)) continue;
      if (!group.altered(row.sequence, row.hash)) continue;
      altered++;
      const detail = `changed in the table (${differs.join(", ")})`;
      this.#found("altered", key, row.sequence, evidenceIn(record), detail);
    }
    if (lost.length === 0 && excess === 0 && altered === 0) {
      const detail = "changed in the table; which row is not known, because its event was not found in Kafka";
      this.#report({ ...fact("altered", key, null), from: null, to: null, readings: 1, detail });
    }
    group.take(sum.rows, sum.hash, unknown);
  }

  #group(key: GroupKey): Group {
    const name = keyOf(key);
    let group = this.#groups.get(name);
    if (!group) {
      group = new Group(undefined, this.#surveyed);
      this.#groups.set(name, group);
    }
    return group;
  }

  #found(
    kind: Fact["kind"],
    key: GroupKey | null,
    sequence: number | null,
    evidence: Evidence | null,
    detail: string,
  ): void {
    this.#report({ ...fact(kind, key, evidence), from: sequence, to: sequence, detail });
  }
}

function fact(
  kind: Fact["kind"],
  key: GroupKey | null,
  evidence: Evidence | null,
): Omit<Fact, "from" | "to" | "detail"> {
  const { vehicle = null, boot = null } = key ?? {};
  return { kind, hop: HOP, deviceId: vehicle, bootId: boot, stationId: null, reading: null, evidence };
}

function evidenceIn(record: Evidence | undefined): Evidence | null {
  return record ? { topic: record.topic, partition: record.partition, offset: record.offset } : null;
}

export function keyOf({ vehicle, boot }: GroupKey): string {
  return `${vehicle} ${boot}`;
}

/** No vehicle has a space in its name. */
function groupKey(key: string): GroupKey {
  const at = key.lastIndexOf(" ");
  return { vehicle: key.slice(0, at), boot: Number(key.slice(at + 1)) };
}
