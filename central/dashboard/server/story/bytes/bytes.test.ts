import fc from "fast-check";
import mqttPacket from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { avroType, schemaJson } from "../../../../../infra/runtime/avro/contracts.ts";
import { headerOf } from "../../../../../infra/runtime/registry/wire-format.ts";
import { decodeReadingBatch } from "../../../../../schemas/avro/reading-batch.ts";
import type { ReadingBatch } from "../../../../../schemas/readings.ts";
import {
  arbitraryInt,
  arbitraryLong,
  arbitraryReading,
} from "../../../../../schemas/testing/arbitrary-readings.ts";
import { cobsDecode, cobsEncode } from "../../../../../schemas/wire/cobs.ts";
import { encodeFrame } from "../../../../../schemas/wire/codec.ts";
import type { Frame } from "../../../../../schemas/wire/frame.ts";
import { anyFrame } from "../../../../../schemas/wire/testing/frames.ts";
import { type AvroSchema, annotateAvro } from "./avro.ts";
import { focusedBatch } from "./batch-focus.ts";
import { cobsMap } from "./cobs-map.ts";
import { annotateFrame } from "./frame.ts";
import { annotatePacket, pubackPacket, publishPacket } from "./mqtt.ts";
import { annotateRegistryHeader } from "./registry.ts";
import { type PlacedSpan, shifted, spanOf, withheld } from "./spans.ts";

/** A property that must hold of all these values. */
const prop =
  <T extends [unknown, ...unknown[]]>(arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  (name: string, holds: (...values: T) => void): void =>
    test(name, () => {
      fc.assert(fc.property(...arbitraries, holds));
    });

/** Each byte once, in order, and the bytes that they say. */
function covers(spans: readonly PlacedSpan[], bytes: Buffer): void {
  let at = 0;
  for (const { offset, length, hex } of spans) {
    expect(offset).toBe(at);
    expect(length).toBeGreaterThan(0);
    if (hex !== null) expect(hex).toBe(bytes.toString("hex", at, at + length));
    at += length;
  }
  expect(at).toBe(bytes.length);
}

const valueIn = (spans: readonly PlacedSpan[], name: string): string | undefined =>
  spans.find((span) => span.name === name)?.value;

const batch: fc.Arbitrary<ReadingBatch> = fc.record({
  stationId: arbitraryInt,
  agentBoot: arbitraryLong,
  batchId: arbitraryLong,
  runs: fc.array(
    fc.record({
      deviceId: fc.string(),
      bootId: arbitraryLong,
      firstSeq: arbitraryLong,
      readings: fc.array(arbitraryReading(arbitraryLong), { maxLength: 6 }),
    }),
    { maxLength: 4 },
  ),
});
const BATCH = schemaJson("reading-batch") as AvroSchema;
const annotatedBatch = (body: Buffer): readonly PlacedSpan[] =>
  annotateAvro(body, 0, BATCH, { root: "batch" });

describe("a frame on a serial line", () => {
  prop([anyFrame()])("each byte is in one span, and fields have the frame's values", (frame: Frame) => {
    const wire = encodeFrame(frame);
    const spans = annotateFrame(wire);
    covers(spans, wire);
    for (const [name, value] of Object.entries(frame)) {
      if (typeof value !== "number" && name !== "deviceId") continue;
      // HELLO and HEARTBEAT call readings in the ring pending, in another form.
      if (name === "pending" && frame.type === "hello") continue;
      expect(valueIn(spans, name)).toBe(String(value));
    }
    if (frame.type === "reading") {
      expect(valueIn(spans, "line")).toContain(frame.line);
      expect(valueIn(spans, "trainId")).toBe(frame.arrival?.trainId);
    }
  });

  prop([fc.uint8Array({ minLength: 1, maxLength: 600 })])("COBS is taken apart as it is decoded", (data) => {
    const block = cobsEncode(data);
    const map = cobsMap(block);
    expect(map?.data).toEqual(cobsDecode(block));
    const places = [...(map?.at ?? []), ...(map?.overhead ?? [])].sort((x, y) => x - y);
    expect(places).toEqual(Array.from(block.keys()));
    for (const place of map?.stuffed ?? []) expect(map?.data[map.at.indexOf(place)]).toBe(0);
  });

  prop([fc.uint8Array({ maxLength: 40 })])("what is no COBS block is none here", (bytes) => {
    expect(cobsMap(Buffer.from(bytes)) === undefined).toBe(cobsDecode(bytes) === undefined);
  });

  test("what is no frame is refused", () => {
    for (const hex of ["", "0000", "00010100", "000302010100", "01020300"])
      expect(() => annotateFrame(Buffer.from(hex, "hex"))).toThrow(RangeError);
  });
});

describe("Avro", () => {
  prop([batch])("each byte of a batch is in one span, and fields have its values", (one) => {
    const body = avroType("reading-batch").toBuffer(one);
    const spans = annotatedBatch(body);
    covers(spans, body);
    const decoded = decodeReadingBatch(body);
    if (!decoded.ok) throw decoded.error;
    decoded.value.runs.forEach(({ readings, bootId }, run) => {
      const at = (path: string): string | undefined =>
        spans.find((span) => span.kind === "field" && span.path === `runs[${run}].${path}`)?.value;
      expect(at("bootId")).toBe(String(bootId));
      readings.forEach((reading, i) => {
        for (const name of ["total", "serviceTime", "deviceTime", "edgeTime"] as const)
          expect(at(`readings[${i}].${name}`)).toBe(String(reading[name]));
        expect(at(`readings[${i}].line`)).toContain(reading.line);
        if (reading.arrival?.trainId)
          expect(at(`readings[${i}].arrival.trainId`)).toBe(reading.arrival.trainId);
      });
    });
  });

  prop([batch, fc.nat(3), fc.nat(5)])(
    "a batch with one reading in focus still has all its bytes",
    (one, run, reading) => {
      const body = avroType("reading-batch").toBuffer(one);
      const spans = focusedBatch(annotatedBatch(body), { run, reading });
      covers(spans, body);
      const shown = spans.filter(({ kind, path }) => kind !== "left-out" && /readings\[\d+\]\./.test(path));
      for (const { path } of shown) expect(path).toContain(`runs[${run}].readings[${reading}].`);
    },
  );

  prop([fc.uint8Array({ maxLength: 60 })])("of bytes that are no such value nothing is said", (bytes) => {
    const body = Buffer.from(bytes);
    const { ok } = decodeReadingBatch(body);
    if (ok) covers(annotatedBatch(body), body);
    else expect(() => annotatedBatch(body)).toThrow();
  });

  test("a count that the bytes only claim is refused at once", () => {
    const claim = Buffer.from([0x00, 0x02, 0x02, 0x80, 0x80, 0x80, 0x80, 0x08]);
    expect(() => annotatedBatch(claim)).toThrow(/undecodable/);
  });

  prop([
    fc.record({ station_id: arbitraryInt, station_name: fc.string(), line: fc.string() }),
    fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  ])("a record's value, behind the registry's header", (value, id) => {
    const bytes = Buffer.concat([headerOf(id), avroType("turnstile").toBuffer(value)]);
    const spans = [
      ...annotateRegistryHeader(bytes, "turnstile"),
      ...annotateAvro(bytes, 5, schemaJson("turnstile") as AvroSchema, { root: "entry" }),
    ];
    covers(spans, bytes);
    expect(valueIn(spans, "schema id")).toBe(String(id));
    expect(valueIn(spans, "station_id")).toBe(String(value.station_id));
  });
});

describe("MQTT", () => {
  const whole = (packet: Buffer, at: number): readonly PlacedSpan[] =>
    at === packet.length
      ? []
      : [spanOf(packet, at, packet.length, { kind: "field", name: "payload", value: "", meaning: "" })];

  prop([
    fc.record({
      topic: fc.stringMatching(/^[a-z0-9/]{1,40}$/),
      payload: fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
      messageId: fc.integer({ min: 1, max: 65_535 }),
      dup: fc.boolean(),
      qos: fc.constantFrom(1 as const, 2 as const),
    }),
  ])("a PUBLISH as the client library writes it", (packet) => {
    const bytes = mqttPacket.generate({ cmd: "publish", retain: false, ...packet });
    const spans = annotatePacket(bytes, whole);
    covers(spans, bytes);
    expect(valueIn(spans, "topic")).toBe(packet.topic);
    expect(valueIn(spans, "packet id")).toBe(String(packet.messageId));
    if (packet.qos !== 1 || packet.dup) return;
    expect(publishPacket(packet.topic, packet.messageId, packet.payload)).toEqual(bytes);
    covers(withheld(spans, "packet id", "nobody keeps it"), bytes);
  });

  prop([fc.integer({ min: 1, max: 65_535 })])("its PUBACK", (messageId) => {
    const bytes = mqttPacket.generate({ cmd: "puback", messageId });
    expect(pubackPacket(messageId)).toEqual(bytes);
    const spans = annotatePacket(bytes, whole);
    covers(spans, bytes);
    expect(valueIn(spans, "packet id")).toBe(String(messageId));
  });
});

test("spans behind others are shifted by those before them", () => {
  const span = spanOf(Buffer.from([1, 2]), 0, 2, { kind: "field", name: "x", value: "", meaning: "" });
  expect(shifted([span], 5)).toMatchObject([{ offset: 5, hex: "0102" }]);
});
