import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import type { AvroDecoder } from "../../infra/runtime/registry/ports.ts";
import { parseFrame } from "../../infra/runtime/registry/wire-format.ts";
import { avroType } from "../../schemas/avro/schemas.ts";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";

const BATCH = avroType("reading-batch");

/**
 * Decodes raw records: by our own schema when the id says so, by the writer's when it is another.
 *
 * An id that the registry does not know, or knows as something else, may be one from before the registry was set up
 * anew: then our own schema decides, which every gateway writes by. Only bytes that fit neither are refused.
 *
 * @param ownId - the id of our own schema.
 */
export function batchDecoder(
  decoder: AvroDecoder,
  ownId: number,
): (record: InRecord) => ReadingBatch | Promise<ReadingBatch> {
  return ({ value }) => {
    if (!value) throw invalid("a raw record without a value");
    const { id, body } = parseFrame(value);
    return id === ownId ? byOwnSchema(body) : byWriter(decoder, value, body);
  };
}

async function byWriter(decoder: AvroDecoder, value: Buffer, body: Buffer): Promise<ReadingBatch> {
  try {
    const decoded = await decoder.decode(value);
    if (BATCH.isValid(decoded)) return decoded as ReadingBatch;
  } catch (error) {
    // A registry that is away says nothing about the record: it must be decoded later.
    if (!isCoded(error, "AVRO_INVALID", "REGISTRY_UNKNOWN_SCHEMA")) throw error;
  }
  return byOwnSchema(body);
}

function byOwnSchema(body: Buffer): ReadingBatch {
  try {
    return BATCH.fromBuffer(body) as ReadingBatch;
  } catch (cause) {
    throw invalid(`not a batch of readings: ${messageOf(cause)}`, cause);
  }
}

function invalid(message: string, cause?: unknown): CodedError {
  return new CodedError("AVRO_INVALID", { message, retryable: false, cause });
}
