import { InputOffsets } from "../../runtime/kafka/loop/offsets.ts";
import { type KafkaAdmin, type LogReader, OFFSET_KEY } from "../../runtime/kafka/ports.ts";
import { readPartition } from "../../runtime/kafka/read-partition.ts";

/** State topics of the queries of our ksql server: those of one query begin alike. */
const QUERY_STATE = /^(.*query_C[ST]AS_\w+?_\d+)-.*changelog$/;

/** Records that an exactly-once loop has not dealt with. */
export interface Backlog {
  /** Of the loop. */
  readonly stateTopic: string;
  readonly input: string;
  readonly partition: number;
}

type Admin = Pick<KafkaAdmin, "listTopics" | "partitionCounts">;
type Reader = Pick<LogReader, "look">;

/** Per input, per partition the next offset. */
type LoopPositions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** How far a step of a loop has read an input, and where it keeps that. */
interface StepPosition {
  readonly stateTopic: string;
  /** Per partition. */
  readonly next: ReadonlyMap<number, number>;
}

/** Of all steps of a loop, per input. */
type StepPositions = Map<string, StepPosition>;

/**
 * What has still to be read by the loops that begin with these topics, by the positions that they keep in their state
 * topics: dedup, and each query of our ksql server with all of its steps.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE
 */
export async function backlogs(
  admin: Admin,
  reader: Reader,
  of: { readonly dedupState: string; readonly inputs: readonly string[] },
): Promise<readonly Backlog[]> {
  const states = (await admin.listTopics()).filter(
    (topic) => topic === of.dedupState || QUERY_STATE.test(topic),
  );
  const counts = await admin.partitionCounts(states);
  const whole = (topic: string): string => QUERY_STATE.exec(topic)?.[1] ?? topic;
  const loops = new Map<string, StepPositions>();
  for (const stateTopic of states) {
    const positions = await positionsIn(reader, stateTopic, counts.get(stateTopic) ?? 0);
    const loop = loops.get(whole(stateTopic)) ?? new Map<string, StepPosition>();
    loops.set(whole(stateTopic), loop);
    for (const [input, next] of positions) loop.set(input, farther(loop.get(input), { stateTopic, next }));
  }
  const found: Backlog[] = [];
  for (const loop of loops.values()) {
    if (!of.inputs.some((input) => loop.has(input))) continue;
    for (const [input, { stateTopic, next }] of loop) {
      const waiting = await unread(admin, reader, input, next);
      for (const partition of waiting) found.push({ stateTopic, input, partition });
    }
  }
  return found;
}

/** A query whose source has grown may read it in another step since: where the former step was says nothing any more. */
function farther(before: StepPosition | undefined, step: StepPosition): StepPosition {
  if (!before) return step;
  const next = new Map(before.next);
  for (const [partition, offset] of step.next)
    next.set(partition, Math.max(offset, next.get(partition) ?? 0));
  return { stateTopic: step.stateTopic, next };
}

async function positionsIn(reader: Reader, topic: string, partitions: number): Promise<LoopPositions> {
  const positions = new Map<string, Map<number, number>>();
  for (let partition = 0; partition < partitions; partition++) {
    for await (const record of readPartition(reader, topic, partition)) {
      const key = record.key?.toString("latin1") ?? "";
      if (!key.startsWith(OFFSET_KEY)) continue;
      const input = key.slice(OFFSET_KEY.length);
      const offsets = new InputOffsets([input]);
      offsets.restore(record);
      const next = offsets.next(input);
      const known = positions.get(input) ?? new Map<number, number>();
      if (next !== undefined) positions.set(input, known.set(partition, next));
    }
  }
  return positions;
}

/** Partitions with records from these positions on. Behind the last one may be markers of transactions. */
async function unread(
  admin: Admin,
  reader: Reader,
  topic: string,
  next: ReadonlyMap<number, number>,
): Promise<readonly number[]> {
  const count = (await admin.partitionCounts([topic])).get(topic) ?? 0;
  const waiting: number[] = [];
  for (let partition = 0; partition < count; partition++) {
    const rest = readPartition(reader, topic, partition, next.get(partition));
    if (!(await rest.next()).done) waiting.push(partition);
  }
  return waiting;
}
