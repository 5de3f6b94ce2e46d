import type { Clock } from "../../../infra/runtime/clock.ts";
import type { LogReader, Looked } from "../../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../../infra/runtime/logger.ts";
import { messageOf } from "../../../schemas/errors.ts";
import type { Fact } from "../core/findings.ts";
import { eventIn, type FleetEventSeen } from "./event.ts";
import { FleetAuditor, type FleetCounts, identityOf } from "./fleet-auditor.ts";
import type { GroupState } from "./group.ts";
import { GroupCheck } from "./group-check.ts";
import type { Letters, LettersState } from "./letters.ts";
import type { FleetTable, GroupKey, TableView, WriterPosition } from "./table.ts";
import { FleetWatch } from "./watch.ts";

export interface FleetAuditOptions {
  readonly topic: string;
  /** 0: there is no such topic yet. */
  readonly partitionsOf: (topic: string) => Promise<number>;
  readonly reader: LogReader;
  readonly table: FleetTable;
  readonly letters: Letters;
  readonly report: (fact: Fact) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What must be kept to go on after a restart, besides the groups. */
export interface FleetCheckpoint {
  readonly topicId: string | null;
  /** Per partition the next offset; null: the writer has not begun with it. */
  readonly next: readonly (number | null)[];
  readonly letters: LettersState;
  readonly counts: FleetCounts;
  /** Was the whole table looked through? */
  readonly surveyed: boolean;
}

export interface FleetMemory {
  readonly checkpoint: FleetCheckpoint;
  readonly groups: readonly (readonly [GroupKey, GroupState])[];
}

const LOOK_MS = 5_000;
/** Answers of Kafka that are held against one moment of the table: the rest has another. */
const MAX_ROUNDS = 20;

/** Follows the vehicles' topic as far as the writer is, and holds it against the table. PostgreSQL may go and come. */
export class FleetAudit {
  readonly watch = new FleetWatch();
  readonly #options: FleetAuditOptions;
  readonly #auditor: FleetAuditor;
  readonly #groups: GroupCheck;
  readonly #next: (number | null)[];
  #topicId: string | null;
  #changed = true;

  constructor(
    options: FleetAuditOptions,
    checkpoint?: FleetCheckpoint,
    groups: Iterable<readonly [GroupKey, GroupState]> = [],
  ) {
    this.#options = options;
    this.#auditor = new FleetAuditor(options.report);
    this.#groups = new GroupCheck(this.#auditor, options);
    this.#next = [...(checkpoint?.next ?? [])];
    this.#topicId = checkpoint?.topicId ?? null;
    if (checkpoint) this.#auditor.restoreCounts(checkpoint.counts);
    if (checkpoint?.surveyed) this.#auditor.survey();
    for (const [key, state] of groups) this.#auditor.restore(key, state);
  }

  get counts(): FleetCounts {
    return this.#auditor.counts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.look();
        failures = 0;
      } catch (error) {
        this.watch.trouble(messageOf(error), clock.now());
        logger[failures++ === 0 ? "warn" : "debug"](
          { err: messageOf(error) },
          "the fleet is not audited now",
        );
      }
      await clock.sleep(LOOK_MS, signal);
    }
  }

  /** @throws {CodedError} DEPENDENCY_UNAVAILABLE, KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE */
  async look(): Promise<void> {
    const { table, letters, clock, topic, partitionsOf } = this.#options;
    const partitions = await partitionsOf(topic);
    await table.at(async (view) => {
      const all = await view.positions();
      if (!(await letters.read(await partitionsOf(letters.topic)))) return;
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const went = await this.#round(view, all, partitions);
        // What is to be judged once more needs its letters first, and what Kafka did not show is no stranger in the table.
        if (went === "back" || went === "silent") return;
        if (went === "all") return this.#groups.look(view, all, partitions);
      }
    });
    this.watch.looked(clock.now());
  }

  /** What is to be kept, since the last call; null: nothing changed. */
  memory(): FleetMemory | null {
    const groups = [...this.#auditor.changes()];
    if (!this.#changed && groups.length === 0) return null;
    this.#changed = false;
    const { letters } = this.#options;
    return {
      checkpoint: {
        topicId: this.#topicId,
        next: [...this.#next],
        letters: letters.toJSON(),
        counts: this.counts,
        surveyed: this.#auditor.surveyed,
      },
      groups,
    };
  }

  /**
   * One answer of Kafka against the table.
   *
   * @returns whether the writer is further than this, or went back; silent: of some partition there was no answer, as
   * while it has no leader.
   */
  async #round(
    view: TableView,
    positions: readonly WriterPosition[],
    partitions: number,
  ): Promise<"all" | "more" | "back" | "silent"> {
    const { topic, reader } = this.#options;
    const at = Array.from({ length: partitions }, (_, partition) => ({
      topic,
      partition,
      from: this.#next[partition] ?? 0,
    }));
    const looked = await reader.look(at);
    for (const { topicId = "" } of looked) if (topicId !== this.#topicId) this.#begin(topicId);
    const writerIn = (of: Looked): number =>
      positions.find(
        ({ topic, partition, topicId }) =>
          topic === of.topic && partition === of.partition && topicId === (of.topicId ?? ""),
      )?.next ?? 0;
    for (const one of looked) {
      const [next, writer] = [this.#next[one.partition] ?? 0, writerIn(one)];
      if (writer >= next) continue;
      this.#startAgain(`the writer went back from ${next} to ${writer}: the table was replaced or restored`);
      return "back";
    }
    let more = false;
    for (const one of looked) more = (await this.#take(one, view, writerIn(one))) || more;
    if (looked.length < partitions) return "silent";
    return more ? "more" : "all";
  }

  /** @returns whether the writer is further than this. */
  async #take(looked: Looked, view: TableView, writer: number): Promise<boolean> {
    const { partition, start, end } = looked;
    this.watch.partition(partition, end, writer);
    const next = this.#next[partition] ?? null;
    if (next === null) {
      // Where the audit begins: what was deleted before is not audited.
      if (writer <= start) return false;
      this.#next[partition] = start;
      this.#changed = true;
      return true;
    }
    if (start > next) this.#unread(partition, next, start);
    const below = ({ offset }: { readonly offset: number }): boolean => offset < writer;
    const seen = [
      ...Array.from(
        looked.records,
        ({ offset, value }): FleetEventSeen => ({ offset, value, event: eventIn(value) }),
      ),
      ...looked.unreadable.map(({ from }): FleetEventSeen => ({ offset: from, value: null, event: null })),
    ].filter(below);
    if (seen.length > 0) await this.#judge(partition, seen, view);
    const reached = Math.min(Math.max(looked.next, start), Math.max(writer, start));
    this.#changed ||= reached !== next;
    this.#next[partition] = reached;
    this.#options.letters.forget(partition, reached);
    return reached < writer;
  }

  async #judge(partition: number, seen: readonly FleetEventSeen[], view: TableView): Promise<void> {
    const { topic, letters } = this.#options;
    const events = seen.flatMap(({ event }) => event ?? []);
    const rows = await view.rows(events);
    this.#auditor.take({
      topic,
      partition,
      seen,
      rows: new Map(rows.map((row) => [identityOf(row), row])),
      named: ({ offset, value }) => letters.has(partition, offset, value),
    });
  }

  /** The topic was made again, or is looked at for the first time. */
  #begin(topicId: string): void {
    this.#next.fill(null);
    this.#topicId = topicId;
    this.#changed = true;
  }

  #startAgain(reason: string): void {
    this.#options.logger.warn(`the fleet's audit begins again: ${reason}`);
    this.#next.fill(null);
    this.#auditor.forget();
    this.#options.letters.again();
    this.#changed = true;
  }

  #unread(partition: number, from: number, to: number): void {
    const { topic, report } = this.#options;
    report({
      kind: "unread",
      hop: "table",
      deviceId: null,
      bootId: null,
      from,
      to: to - 1,
      stationId: null,
      reading: null,
      evidence: { topic, partition, offset: from },
      detail: "were deleted from Kafka before they were held against PostgreSQL's table",
    });
  }
}
