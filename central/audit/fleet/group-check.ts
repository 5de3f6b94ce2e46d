import type { Clock } from "../../../infra/runtime/clock.ts";
import type { LogReader } from "../../../infra/runtime/kafka/ports.ts";
import { eventIn } from "./event.ts";
import { type AuditedRecord, type FleetAuditor, keyOf } from "./fleet-auditor.ts";
import type { GroupKey, TableView, WriterPosition } from "./table.ts";

export interface GroupCheckOptions {
  readonly topic: string;
  readonly reader: LogReader;
  readonly clock: Clock;
}

/** By `keyOf`, then by number. */
type EventsOfGroups = ReadonlyMap<string, ReadonlyMap<number, AuditedRecord>>;

/** A page of groups takes PostgreSQL about so long, ms; the pause after it is so many times as long. */
const PAGE_MS = 100;
const PAUSES = 50;
const FIRST_PAGE = 50;
const MAX_PAGE = 5_000;
const NO_OTHERS = "[]";
const NO_EVENTS: EventsOfGroups = new Map();
/** What is read again of a partition to name what changed, records. */
const MAX_AGAIN = 1_000_000;

/**
 * Sums of the table, a page of groups at a time, against what the auditor found there: what was a row stays one. Costs
 * PostgreSQL a fiftieth of its time at most, however large the table.
 */
export class GroupCheck {
  readonly #auditor: FleetAuditor;
  readonly #options: GroupCheckOptions;
  #after: GroupKey | null = null;
  #page = FIRST_PAGE;
  #dueAt = 0;
  /**
   * Where other systems that write into the same table were when this time around began, and the one before. They bring
   * rows that this one's Kafka never had.
   */
  #others: string | null = null;
  #othersBefore: string = NO_OTHERS;

  constructor(auditor: FleetAuditor, options: GroupCheckOptions) {
    this.#auditor = auditor;
    this.#options = options;
  }

  /** The auditor has taken every record below the writer's positions of this moment. */
  async look(view: TableView, positions: readonly WriterPosition[], partitions: number): Promise<void> {
    const { clock, topic } = this.#options;
    const begun = clock.monotonic();
    if (begun < this.#dueAt) return;
    const others = JSON.stringify(positions.filter((each) => each.topic !== topic));
    this.#others ??= others;
    // A group was looked at last after the time before had begun.
    const shared = others !== this.#othersBefore;
    const after = this.#after;
    const sums = await view.groups(after, this.#page);
    const last = sums.length < this.#page ? null : (sums.at(-1) ?? null);
    const within = (key: GroupKey): boolean =>
      (after === null || compare(key, after) > 0) && (last === null || compare(key, last) <= 0);
    const suspects = this.#auditor.check(sums, within);
    const events = suspects.length > 0 ? await this.#eventsOf(suspects, partitions) : NO_EVENTS;
    // What Kafka holds of them is not known now: the same page again, the next time.
    if (!events) return;
    for (const sum of suspects) {
      const { vehicle, boot } = sum;
      const rows = await view.group(sum);
      this.#auditor.examine({
        vehicle,
        boot,
        sum,
        rows,
        events: events.get(keyOf(sum)) ?? new Map(),
        shared,
      });
    }
    this.#after = last;
    if (last === null) {
      this.#auditor.survey();
      this.#othersBefore = this.#others;
      this.#others = null;
    }
    const tookMs = Math.max(1, clock.monotonic() - begun);
    this.#page = Math.min(MAX_PAGE, Math.max(1, Math.round((this.#page * PAGE_MS) / tookMs)));
    this.#dueAt = clock.monotonic() + PAUSES * tookMs;
  }

  /**
   * What Kafka still has of these groups, read again from its start: where an event came twice, the first.
   *
   * @returns null: of some partition there was no answer.
   */
  async #eventsOf(groups: readonly GroupKey[], partitions: number): Promise<EventsOfGroups | null> {
    const { topic, reader } = this.#options;
    const wanted = new Map(groups.map((group) => [keyOf(group), new Map<number, AuditedRecord>()]));
    for (let partition = 0; partition < partitions; partition++) {
      let from = 0;
      for (let read = 0; read < MAX_AGAIN; ) {
        const [looked] = await reader.look([{ topic, partition, from }]);
        if (!looked) return null;
        for (const { offset, value } of looked.records) {
          const event = eventIn(value);
          const events = event && wanted.get(keyOf(event));
          if (!event || !events || events.has(event.sequence)) continue;
          events.set(event.sequence, { event, topic, partition, offset });
        }
        read += looked.records.length + 1;
        from = Math.max(looked.next, looked.start);
        if (from >= looked.end) break;
      }
    }
    return wanted;
  }
}

/** As PostgreSQL orders them by the collation "C". */
function compare(x: GroupKey, y: GroupKey): number {
  if (x.vehicle !== y.vehicle) return x.vehicle < y.vehicle ? -1 : 1;
  return x.boot - y.boot;
}
