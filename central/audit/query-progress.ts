import { InputOffsets } from "../../infra/runtime/kafka/loop/offsets.ts";
import type { Position } from "../../infra/runtime/kafka/loop/start.ts";
import {
  type InRecord,
  type KafkaAdmin,
  type LogReader,
  OFFSET_KEY,
} from "../../infra/runtime/kafka/ports.ts";

/** Changelogs of one query of our ksql server share what stands before the first hyphen behind its id. */
const CHANGELOG = /^(.*query_CTAS_\w+?_\d+)-.*changelog$/;

/** Where one loop of a query is: per partition of an input. */
interface Loop {
  readonly query: string;
  readonly next: ReadonlyMap<string, ReadonlyMap<number, Position>>;
}

type Admin = Pick<KafkaAdmin, "listTopics" | "partitionsOf" | "topicId">;

/** What was read of one changelog. */
interface Read {
  readonly query: string;
  readonly partitions: number;
  readonly from: number[];
  readonly next: Map<string, Map<number, Position>>;
}

/**
 * How far our ksql server's queries have brought a topic into their tables, by what their loops commit with their
 * output. Asked for only when rows have not told it: of a station that no record followed.
 */
export class QueryProgress {
  readonly #admin: Admin;
  readonly #reader: LogReader;
  readonly #read = new Map<string, Read>();

  constructor(admin: Admin, reader: LogReader) {
    this.#admin = admin;
    this.#reader = reader;
  }

  /**
   * @param source - the topic that is counted.
   * @returns per partition of it the offset below which everything is in the table; undefined: this engine does not
   * tell, or has something under way.
   */
  async of(source: string): Promise<ReadonlyMap<number, number> | undefined> {
    const loops: Loop[] = [];
    const topics = await this.#admin.listTopics();
    for (const topic of topics) {
      const query = CHANGELOG.exec(topic)?.[1];
      if (query !== undefined) loops.push(await this.#committed(topic, query));
    }
    const first = loops.findLast(({ next }) => next.has(source));
    if (!first) return undefined;
    const own = loops.filter(({ query }) => query === first.query);
    const cuts = await this.#offsets(source, own);
    // What the first loop wrote for the others before it said so is below these topics' ends now. A loop that has
    // committed nothing yet says nothing of its input: its topic is known by its name.
    const between = topics.filter((topic) => topic.startsWith(`${first.query}-`) && !CHANGELOG.test(topic));
    for (const topic of between) {
      if (!(await this.#drained(topic, await this.#offsets(topic, own)))) return undefined;
    }
    return cuts;
  }

  async #committed(topic: string, query: string): Promise<Loop> {
    let read = this.#read.get(topic);
    if (!read) {
      const partitions = await this.#admin.partitionsOf(topic);
      read = { query, partitions, from: Array.from({ length: partitions }, () => 0), next: new Map() };
      this.#read.set(topic, read);
    }
    for (let partition = 0; partition < read.partitions; partition++) {
      for await (const record of this.#recordsOf(topic, partition, read.from))
        take(record, partition, read.next);
    }
    return read;
  }

  /** Per partition the next offset of these loops; a position in another topic of this name is none in this one. */
  async #offsets(topic: string, loops: readonly Loop[]): Promise<ReadonlyMap<number, number>> {
    const id = await this.#admin.topicId(topic);
    const positions = loops.flatMap(({ next }) => [...(next.get(topic) ?? [])]);
    const ofThis = positions.filter(([, { topicId }]) => topicId === undefined || topicId === id);
    const offsets = new Map<number, number>();
    // A step that read it once may have left where it was: the one that reads it now is farther.
    for (const [partition, { next }] of ofThis) {
      offsets.set(partition, Math.max(next, offsets.get(partition) ?? 0));
    }
    return offsets;
  }

  /** Is there nothing left to read? Behind the last record may be markers of transactions. */
  async #drained(topic: string, taken: ReadonlyMap<number, number>): Promise<boolean> {
    const partitions = await this.#admin.partitionsOf(topic);
    const at = Array.from({ length: partitions }, (_, partition) => ({
      ...{ topic, partition, from: taken.get(partition) ?? 0 },
    }));
    const looked = await this.#reader.look(at);
    return (
      looked.length === at.length &&
      looked.every(({ records, next, end }) => records.length === 0 && next >= end)
    );
  }

  async *#recordsOf(topic: string, partition: number, from: number[]): AsyncIterable<InRecord> {
    for (;;) {
      const position = from[partition] ?? 0;
      const [looked] = await this.#reader.look([{ topic, partition, from: position }]);
      if (!looked) return;
      yield* looked.records;
      // A changelog that was made again under its name is another query's.
      const next = looked.end < position ? 0 : Math.max(looked.next, looked.start);
      from[partition] = next;
      if (next >= looked.end || next === position) return;
    }
  }
}

function take(record: InRecord, partition: number, into: Map<string, Map<number, Position>>): void {
  const key = record.key?.toString("latin1");
  if (!key?.startsWith(OFFSET_KEY)) return;
  const input = key.slice(OFFSET_KEY.length);
  if (record.value === null) {
    into.delete(input);
    return;
  }
  const offsets = new InputOffsets([input]);
  offsets.restore(record);
  const position = offsets.position(input);
  if (position === undefined) return;
  const known = into.get(input) ?? new Map<number, Position>();
  into.set(input, known.set(partition, position));
}
