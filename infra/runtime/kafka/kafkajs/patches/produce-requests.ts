import Produce, {
  type ProduceArguments,
  type ProducePartition,
} from "kafkajs/src/protocol/requests/produce/index.js";
import type { Clock } from "../../../clock.ts";
import { GrowingBuffer } from "../../wire/growing-buffer.ts";
import { type BatchHead, type BatchRecord, writeRecordBatch } from "../../wire/record-batch.ts";

/** The newest version that kafkajs 2.2.4 speaks, and Kafka 4 the oldest but four of (KIP-896 dropped 0 to 2). */
const VERSION = 7;

/**
 * kafkajs 2.2.4 makes an encoder for every record and every header of it: half of what a record costs a producer.
 * Here its Produce requests are written in one pass over one buffer, the same bytes; everything around them, from
 * connections to sequence numbers, stays kafkajs's. What this writer does not know, kafkajs writes itself.
 */
export function patchProduceRequests(clock: Clock): void {
  const original = Produce.protocol;
  Produce.protocol = ({ version }) => {
    const protocol = original({ version });
    if (version !== VERSION) return protocol;
    return (given) => {
      const { request, response } = protocol(given);
      return plain(given)
        ? {
            request: { ...request, encode: () => Promise.resolve(produceRequest(given, clock.now())) },
            response,
          }
        : { request, response };
    };
  };
}

/** kafkajs asks two things of an encoder. */
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/**
 * The body of a Produce request, version 7.
 *
 * @param now - of records without a timestamp, epoch ms.
 */
export function produceRequest(given: ProduceArguments, now: number): Encoded {
  const { transactionalId = null, acks, timeout, producerId, producerEpoch, topicData } = given;
  const to = new GrowingBuffer();
  to.nullableString(transactionalId);
  to.reserve(10);
  to.int16(acks);
  to.int32(timeout);
  to.int32(topicData.length);
  const head = {
    producerId: BigInt(String(producerId ?? -1)),
    producerEpoch: producerEpoch ?? 0,
    transactional: transactionalId !== null,
  };
  for (const { topic, partitions } of topicData) {
    to.nullableString(topic);
    to.reserve(4);
    to.int32(partitions.length);
    for (const share of partitions) writeShare(to, head, share, now);
  }
  return { buf: to.bytes, buffer: to.bytes };
}

function writeShare(
  to: GrowingBuffer,
  head: Omit<BatchHead, "firstSequence">,
  { partition, firstSequence = 0, messages }: ProducePartition,
  now: number,
): void {
  to.reserve(8);
  to.int32(Number(partition));
  const sizeAt = to.length;
  to.int32(0);
  const records = messages.map(
    (message): BatchRecord => ({
      key: (message.key ?? null) as Buffer | null,
      value: message.value as Buffer | null,
      headers: message.headers as Record<string, string> | undefined,
      timestamp: message.timestamp === undefined ? now : Number(message.timestamp),
    }),
  );
  writeRecordBatch(to, { ...head, firstSequence }, records);
  to.int32At(to.length - sizeAt - 4, sizeAt);
}

/** Is it what `outgoing` makes: no compression, bytes or null, headers of text? */
function plain({ compression = 0, topicData }: ProduceArguments): boolean {
  return (
    compression === 0 &&
    topicData.every(({ partitions }) =>
      partitions.every(({ messages }) =>
        messages.every(
          ({ key, value, headers }) =>
            (key === null || key === undefined || Buffer.isBuffer(key)) &&
            (value === null || Buffer.isBuffer(value)) &&
            textual(headers),
        ),
      ),
    )
  );
}

function textual(headers: Readonly<Record<string, unknown>> | undefined): boolean {
  for (const name in headers) if (typeof headers[name] !== "string") return false;
  return true;
}
