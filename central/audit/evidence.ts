import type { InRecord, LogReader } from "../../infra/runtime/kafka/ports.ts";
import type { AvroDecoder } from "../../infra/runtime/registry/ports.ts";
import type { Evidence } from "../../schemas/audit.ts";
import { messageOf } from "../../schemas/errors.ts";
import type { RecordAnswer } from "../../schemas/page/api.ts";
import { ownSchemasOf } from "../../schemas/topic-schemas.ts";
import { HEADERS, parseStationTopic, type Topics } from "../../schemas/topics.ts";

/** Header names that a record of evidence is shown with. */
export const EVIDENCE_HEADERS: readonly string[] = Object.values(HEADERS);

/** Topics whose records may be looked at as evidence: those that the auditor compares. */
export function isEvidence(topic: string, topics: Topics): boolean {
  const compared = [
    topics.raw,
    topics.arrivals,
    topics.turnstiles,
    topics.turnstileSummary,
    topics.devices,
    topics.fleet,
    topics.deadLetter,
    topics.dedupState,
  ];
  return compared.includes(topic) || parseStationTopic(topic) !== undefined;
}

/**
 * One record, decoded as far as it can be.
 *
 * @returns undefined: it is not there (any more).
 * @throws {CodedError} KAFKA_UNAVAILABLE
 */
export async function readEvidence(
  reader: LogReader,
  avro: AvroDecoder,
  topics: Topics,
  { topic, partition, offset }: Evidence,
): Promise<RecordAnswer | undefined> {
  const [looked] = await reader.look([{ topic, partition, from: offset }]);
  const [record] = looked?.records ?? [];
  if (record?.offset !== offset) return undefined;
  const { key: keySchema, value: valueSchema } = ownSchemasOf(topic, topics);
  let undecoded: string | null = null;
  const decoded = async (bytes: Buffer | null, schema: typeof keySchema): Promise<unknown> => {
    if (bytes === null) return null;
    try {
      return schema ? plain(await avro.decode(bytes, schema)) : textOrJson(bytes);
    } catch (error) {
      undecoded = messageOf(error);
      return bytes.toString("base64");
    }
  };
  const key = await decoded(record.key, keySchema);
  const value = await decoded(record.value, valueSchema);
  return { topic, partition, offset, at: timeOf(record), headers: record.headers, key, value, undecoded };
}

/** What no Date can hold came from outside and is shown as the beginning of time. */
function timeOf({ timestamp }: InRecord): string {
  return new Date(Math.abs(timestamp) <= 8.64e15 ? timestamp : 0).toISOString();
}

/** @throws {TypeError} it is no UTF-8 */
function textOrJson(bytes: Buffer): unknown {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Bytes as base64: the rest is JSON already. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
