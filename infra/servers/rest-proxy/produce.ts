import type { ClusterView, OutRecord, Producer } from "../../runtime/kafka/ports.ts";
import { binaryBytes, jsonBytes } from "./core/embedded.ts";
import { refusal } from "./core/refusal.ts";
import type { ProduceRequest } from "./core/request.ts";
import {
  failed,
  failedBy,
  KAFKA_ERROR,
  KAFKA_RETRIABLE_ERROR,
  type OffsetEntry,
  stored,
} from "./core/results.ts";
import { avroSide, jsonSchemaSide, plainSide, type Side } from "./core/sides.ts";
import type { Schemas } from "./ports.ts";

export type EmbeddedFormat = "binary" | "json" | "avro" | "jsonschema";

export interface ProduceDependencies {
  readonly producer: Producer;
  readonly cluster: ClusterView;
  readonly schemas: Schemas;
}

export interface ProduceAnswer {
  /** In the order of the records. */
  readonly offsets: readonly OffsetEntry[];
  readonly key_schema_id: number | null;
  readonly value_schema_id: number | null;
}

/** max.request.size of Java's producer, which the REST Proxy leaves at its default. */
const MAX_RECORD = 1024 * 1024;
/** What Kafka's record batch v2 may need around one record's key and value. */
const RECORD_OVERHEAD = 88;
const LEGAL_TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

export function isLegalTopic(topic: string): boolean {
  return LEGAL_TOPIC.test(topic);
}

/**
 * Convert the whole batch, then send it, and answer once Kafka has acknowledged or refused each record.
 *
 * @param inPath - the partition for records that name none.
 * @throws {RestError} 400, 404, 422 — nothing of the batch was sent.
 */
export async function produce(
  { producer, cluster, schemas }: ProduceDependencies,
  topic: string,
  inPath: number | undefined,
  format: EmbeddedFormat,
  request: ProduceRequest,
): Promise<ProduceAnswer> {
  const legal = isLegalTopic(topic);
  const count = legal ? await partitionCount(cluster, topic, inPath) : 0;
  const { key, value } = await sidesOf(schemas, topic, format, request);
  const records = request.records.map((record): OutRecord => {
    const partition = record.partition ?? inPath;
    const bytes = { key: key.convert(record.key), value: value.convert(record.value) };
    return { topic, ...bytes, ...(partition === undefined ? {} : { partition }) };
  });
  const offsets = legal
    ? await Promise.all(records.map((record) => send(producer, record, count)))
    : records.map(() => failed(KAFKA_ERROR, `"${topic}" is not a legal topic name`));
  return { offsets, key_schema_id: key.id, value_schema_id: value.id };
}

/** @throws {RestError} 40401, 40402 */
async function partitionCount(
  cluster: ClusterView,
  topic: string,
  inPath: number | undefined,
): Promise<number> {
  const known = await cluster.partitions(topic);
  const enough = known !== undefined && (inPath ?? 0) < known.length;
  const partitions = enough
    ? known
    : ((await cluster.partitions(topic, true)) ?? (await cluster.appear(topic)));
  if (!partitions) throw refusal.topicNotFound();
  if (inPath !== undefined && (inPath < 0 || inPath >= partitions.length)) throw refusal.partitionNotFound();
  return partitions.length;
}

async function sidesOf(
  schemas: Schemas,
  topic: string,
  format: EmbeddedFormat,
  { records, keySchema, valueSchema }: ProduceRequest,
): Promise<{ readonly key: Side; readonly value: Side }> {
  if (format === "binary") return { key: plainSide(binaryBytes), value: plainSide(binaryBytes) };
  if (format === "json") return { key: plainSide(jsonBytes), value: plainSide(jsonBytes) };
  const keys = records.map((record) => record.key);
  const values = records.map((record) => record.value);
  const side = format === "avro" ? avroSide : jsonSchemaSide;
  return {
    key: await side(schemas, topic, "key", keySchema, keys),
    value: await side(schemas, topic, "value", valueSchema, values),
  };
}

/**
 * A call per record: the producer lets those of one turn share a request, and when the broker refuses one, the others
 * still go through.
 */
async function send(producer: Producer, record: OutRecord, partitions: number): Promise<OffsetEntry> {
  if (record.partition !== undefined && record.partition >= partitions) {
    return failed(KAFKA_RETRIABLE_ERROR, `Topic ${record.topic} has no partition ${record.partition}`);
  }
  const size = (record.key?.length ?? 0) + (record.value?.length ?? 0) + RECORD_OVERHEAD;
  if (size > MAX_RECORD) {
    return failed(
      KAFKA_ERROR,
      `The message is ${size} bytes when serialized, which is larger than ${MAX_RECORD}`,
    );
  }
  try {
    const [written] = await producer.send([record]);
    return written ? stored(written) : failed(KAFKA_ERROR, "Kafka did not say where the record is");
  } catch (error) {
    return failedBy(error);
  }
}
