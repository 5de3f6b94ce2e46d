import { avroType, schemaJson } from "../../../../infra/runtime/avro/contracts.ts";
import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import type { SchemaName } from "../../../../schemas/avro/names.ts";
import { fingerprintOf, SINGLE_OBJECT_HEADER } from "../../../../schemas/avro/single-object.ts";
import { isCoded } from "../../../../schemas/errors.ts";
import { readingsTopic } from "../../../../schemas/mqtt.ts";
import type { BytesBlock, BytesOrigin, StoryRef } from "../../../../schemas/page/story.ts";
import type { Reading } from "../../../../schemas/readings.ts";
import { encodeFrame } from "../../../../schemas/wire/codec.ts";
import { type AvroSchema, annotateAvro } from "./bytes/avro.ts";
import { type BatchFocus, focusedBatch } from "./bytes/batch-focus.ts";
import { annotateFrame } from "./bytes/frame.ts";
import { annotatePacket, pubackPacket, publishPacket } from "./bytes/mqtt.ts";
import { annotateRegistryHeader, annotateSingleObjectHeader, REGISTRY_HEADER } from "./bytes/registry.ts";
import { type PlacedSpan, plainSpan, spanOf, withheld } from "./bytes/spans.ts";
import { MEANINGS } from "./meanings.ts";

/** Longer values are not taken apart: an agent's batch is at most half of it. */
const MOST_BYTES = 96 * 1024;
const NO_ID = "The agent chose it and nothing keeps it. Two bytes, from 1 to 65,535.";
const MARKER = Buffer.from([0xc3, 0x01]);
/** Stands where the packet id was. */
const ANY_ID = 1;

/** The frame of a reading: as the ring holds it, or made again. */
export function frameBlock(reading: Reading | null, held: Buffer | null): BytesBlock[] {
  if (held)
    return [
      block(
        "Frame",
        "ring",
        "As the device's ring holds it, and as it goes over the line.",
        held,
        annotateFrame,
      ),
    ];
  if (!reading) return [];
  const note =
    "Made again from the reading, by the same code as in the device: the ring forgot the frame at the ACK. Every field of it is in the raw record.";
  return [block("Frame", "rebuilt", note, frameOf(reading), annotateFrame)];
}

export function frameOf(reading: Reading): Buffer {
  return encodeFrame({ type: "reading", ...reading });
}

/** The agent's answer on the line. */
export function ackBlock({ deviceId, bootId, seq }: StoryRef): BytesBlock {
  const note =
    "Made again. One ACK answers for all readings up to its number, so the one that was sent may have had a greater number.";
  return block("ACK", "rebuilt", note, encodeFrame({ type: "ack", deviceId, bootId, seq }), annotateFrame);
}

/**
 * The PUBLISH that brought a raw record, and its PUBACK.
 *
 * @param body - of the raw record's value, without the registry's header: the gateway passed it on unchanged.
 */
export function mqttBlocks(stationId: number, body: Buffer, focus: BatchFocus): BytesBlock[] {
  const payload = Buffer.concat([MARKER, fingerprintOf(avroType("reading-batch")), body]);
  const packet = publishPacket(readingsTopic(stationId), ANY_ID, payload);
  const annotate = (bytes: Buffer): readonly PlacedSpan[] =>
    withheld(
      annotatePacket(bytes, (whole, at) => [
        ...annotateSingleObjectHeader(whole, at, "reading-batch"),
        ...focusedBatch(avroSpans(whole, at + SINGLE_OBJECT_HEADER, "reading-batch"), focus),
      ]),
      "packet id",
      NO_ID,
    );
  const puback = (bytes: Buffer): readonly PlacedSpan[] =>
    withheld(
      annotatePacket(bytes, () => []),
      "packet id",
      NO_ID,
    );
  return [
    block(
      "PUBLISH",
      "rebuilt",
      "Made again around the record's own bytes, which the gateway passes on as they come. Its packet id is not kept, nor whether it was a repetition (DUP). MQTT 3.1.1 has no properties.",
      packet,
      annotate,
    ),
    block(
      "PUBACK",
      "rebuilt",
      "The gateway's answer, once Kafka has the record.",
      pubackPacket(ANY_ID),
      puback,
    ),
  ];
}

/** Key and value of a record as they lie in Kafka. */
export function recordBlocks(
  { key, value }: InRecord,
  schemas: { readonly key: SchemaName; readonly value: SchemaName },
  focus?: BatchFocus,
): BytesBlock[] {
  const side = (name: string, bytes: Buffer | null, schema: SchemaName): BytesBlock[] => {
    if (bytes === null) return [];
    const note = `${name === "Key" ? "Decides where it belongs" : "What it says"}, in Avro, by the schema ${schema}.`;
    return [
      block(name, "kafka", note, bytes, (whole) => {
        const body = avroSpans(whole, REGISTRY_HEADER, schema);
        return [...annotateRegistryHeader(whole, schema), ...(focus ? focusedBatch(body, focus) : body)];
      }),
    ];
  };
  return [...side("Key", key, schemas.key), ...side("Value", value, schemas.value)];
}

function avroSpans(bytes: Buffer, at: number, schema: SchemaName): readonly PlacedSpan[] {
  const root = schema === "station-id" ? "station_id" : schema;
  return annotateAvro(bytes, at, schemaJson(schema) as AvroSchema, { root, meanings: MEANINGS });
}

function block(
  name: string,
  origin: BytesOrigin,
  note: string,
  bytes: Buffer,
  annotate: (bytes: Buffer) => readonly PlacedSpan[],
): BytesBlock {
  return { name, origin, note, length: bytes.length, spans: spansOf(bytes, annotate).map(plainSpan) };
}

/** What cannot be taken apart is one span: another version or another program may have written it. */
function spansOf(bytes: Buffer, annotate: (bytes: Buffer) => readonly PlacedSpan[]): readonly PlacedSpan[] {
  if (bytes.length <= MOST_BYTES) {
    try {
      return annotate(bytes);
    } catch (error) {
      if (!isCoded(error) && !(error instanceof RangeError)) throw error;
    }
  }
  const whole = spanOf(bytes, 0, bytes.length, {
    kind: "left-out",
    name: "bytes",
    value: `${bytes.length} bytes`,
    meaning: "Not in the form that this version writes, so they are not taken apart.",
  });
  return bytes.length === 0 ? [] : [{ ...whole, hex: null }];
}
