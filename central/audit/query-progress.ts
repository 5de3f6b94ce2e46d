import { InputOffsets } from "../../infra/runtime/kafka/offsets.ts";
import {
  type InRecord,
  type KafkaAdmin,
  type LogReader,
  OFFSET_KEY,
} from "../../infra/runtime/kafka/ports.ts";

/** Changelogs of one query of our ksql server share what stands before the first hyphen behind its id. */
const CHANGELOG = /^(.*query_CTAS_\w+?_\d+)-.*changelog$/;

/** Where one loop of a query is: per partition of an input, the next offset. */
interface Loop {
  readonly query: string;
  readonly next: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/**
 * How far our ksql server's queries have brought a topic into their tables, by what their loops commit with their
 * output. Asked for only when rows have not told it: of a station that no record followed.
 *
 * @param source - the topic that is counted.
 * @returns per partition of it the offset below which everything is in the table; undefined: this engine does not tell,
 * or has something under way.
 */
export async function queryProgress(
  admin: Pick<KafkaAdmin, "listTopics" | "partitionsOf">,
  reader: LogReader,
  source: string,
): Promise<ReadonlyMap<number, number> | undefined> {
  const changelogs = (await admin.listTopics()).flatMap((topic) => {
    const query = CHANGELOG.exec(topic)?.[1];
    return query === undefined ? [] : [{ topic, query }];
  });
  const loops: Loop[] = [];
  for (const { topic, query } of changelogs) {
    loops.push({ query, next: await committed(reader, topic, await admin.partitionsOf(topic)) });
  }
  const first = loops.find(({ next }) => next.has(source));
  if (!first) return undefined;
  // What the first loop wrote for the others before it said so is below these topics' ends now.
  for (const { query, next } of loops) {
    if (query !== first.query) continue;
    for (const [input, offsets] of next) {
      if (input !== source && !(await drained(reader, input, offsets))) return undefined;
    }
  }
  return first.next.get(source);
}

async function committed(reader: LogReader, topic: string, partitions: number): Promise<Loop["next"]> {
  const next = new Map<string, Map<number, number>>();
  for (let partition = 0; partition < partitions; partition++) {
    for await (const record of recordsOf(reader, topic, partition)) {
      const key = record.key?.toString("latin1");
      if (!key?.startsWith(OFFSET_KEY)) continue;
      const input = key.slice(OFFSET_KEY.length);
      const offsets = new InputOffsets([input]);
      offsets.restore(record);
      const offset = offsets.next(input);
      if (offset === undefined) continue;
      const known = next.get(input) ?? new Map<number, number>();
      next.set(input, known.set(partition, offset));
    }
  }
  return next;
}

/** Is there nothing left to read? Behind the last record may be markers of transactions. */
async function drained(
  reader: LogReader,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<boolean> {
  const at = [...offsets].map(([partition, from]) => ({ topic, partition, from }));
  const looked = await reader.look(at);
  return (
    looked.length === at.length &&
    looked.every(({ records, next, end }) => records.length === 0 && next >= end)
  );
}

async function* recordsOf(reader: LogReader, topic: string, partition: number): AsyncIterable<InRecord> {
  for (let from = 0; ; ) {
    const [looked] = await reader.look([{ topic, partition, from }]);
    if (!looked) return;
    yield* looked.records;
    const next = Math.max(looked.next, looked.start);
    if (next >= looked.end || next === from) return;
    from = next;
  }
}
