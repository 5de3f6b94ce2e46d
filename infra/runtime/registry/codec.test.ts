import avro, { type Schema } from "avsc";
import { describe, expect, test, vi } from "vitest";
import type { SchemaName } from "../../../schemas/avro/names.ts";
import { CodedError } from "../../../schemas/errors.ts";
import type { TurnstileRecord } from "../../../schemas/records.ts";
import { avroType, schemaJson } from "../avro/contracts.ts";
import { silentLogger } from "../logger.ts";
import { avroCodec, avroDecoder } from "./codec.ts";
import type { RegistryClient } from "./ports.ts";
import { memoryRegistry } from "./testing/memory.ts";
import { headerOf } from "./wire-format.ts";

/** Without avsc's classes. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const entry: TurnstileRecord = { station_id: 40380, station_name: "Clark/Lake", line: "blue" };

test("what is encoded carries the registry's header and decodes to the same value", async () => {
  const registry = memoryRegistry(0x01020304);
  const codec = await avroCodec<TurnstileRecord>(registry, "t-value", "turnstile");
  const bytes = codec.encode(entry);
  expect(bytes.subarray(0, 5).toString("hex")).toBe("0001020304");
  expect({ ...((await avroDecoder(registry).decode(bytes)) as TurnstileRecord) }).toEqual(entry);
});

test("a body that is encoded already only gets the header", async () => {
  const codec = await avroCodec<TurnstileRecord>(memoryRegistry(), "t-value", "turnstile");
  const bytes = codec.encode(entry);
  expect(codec.frame(bytes.subarray(5))).toEqual(bytes);
});

test("bytes fields and nulls in unions come back as they were", async () => {
  const registry = memoryRegistry();
  const schema: Schema = {
    type: "record",
    name: "R",
    fields: [
      { name: "b", type: "bytes" },
      { name: "u", type: ["null", "int"] },
      { name: "v", type: ["null", "int"] },
    ],
  };
  const id = await registry.register("r-value", schema);
  const header = Buffer.from([0, 0, 0, 0, id]);
  const decoded = (await avroDecoder(registry).decode(
    Buffer.concat([header, Buffer.from("0401020002", "hex"), Buffer.from([0x0e])]),
  )) as {
    b: Buffer;
    u: number | null;
    v: number | null;
  };
  expect(decoded.b).toEqual(Buffer.from([1, 2]));
  expect(decoded.u).toBeNull();
  expect(decoded.v).toBe(7);
});

test("a record from before a field of ours was added has its default, where ours is asked for", async () => {
  const registry = memoryRegistry();
  const ours = schemaJson("device-state") as { readonly fields: readonly { readonly name: string }[] };
  const older = { ...ours, fields: ours.fields.filter(({ name }) => name !== "waiting") } as Schema;
  const id = await registry.register("d-value", older);
  const state = {
    ...{ kind: "turnstile", id: "40380-T1", stationId: 40380, state: "online", reason: "", since: 1 },
    ...{ lastSeen: null, positions: null, boots: [], losses: [], frames: 2, errors: 3, quarantined: 4 },
    order: { agentBoot: 1, connection: 1, n: 1, generation: 0 },
  };
  const bytes = Buffer.concat([
    headerOf(id),
    avro.Type.forSchema(older, { wrapUnions: false }).toBuffer(state),
  ]);
  const decoder = avroDecoder(registry);
  const decode = async (own?: SchemaName): Promise<unknown> => plain(await decoder.decode(bytes, own));
  expect(await decode("device-state")).toMatchObject({ ...state, waiting: 0 });
  const bare = await decode();
  expect(bare).toMatchObject(state);
  expect(bare).not.toHaveProperty("waiting");
});

test("a value that does not fit names its field", async () => {
  const codec = await avroCodec<unknown>(memoryRegistry(), "t-value", "turnstile");
  expect(() => codec.encode({ ...entry, station_id: "x" })).toThrow(/station_id/);
});

test("foreign bytes, an unknown id and a cut body are refused by code", async () => {
  const registry = memoryRegistry();
  const codec = await avroCodec<TurnstileRecord>(registry, "t-value", "turnstile");
  const decoder = avroDecoder(registry);
  const bytes = codec.encode(entry);
  await expect(decoder.decode(Buffer.from("{}"))).rejects.toMatchObject({ code: "AVRO_INVALID" });
  await expect(decoder.decode(Buffer.concat([Buffer.from([1]), bytes]))).rejects.toMatchObject({
    code: "AVRO_INVALID",
  });
  await expect(decoder.decode(bytes.subarray(0, bytes.length - 1))).rejects.toMatchObject({
    code: "AVRO_INVALID",
  });
  const unknown = Buffer.from(bytes);
  unknown[4] = 99;
  await expect(decoder.decode(unknown)).rejects.toMatchObject({ code: "REGISTRY_UNKNOWN_SCHEMA" });
});

describe("a registry that was set up again", () => {
  const written: Readonly<Partial<Record<SchemaName, unknown>>> = {
    "station-id": 40380,
    "device-id": "40380-T1",
    "station-key": { station_id: 40380, line: "blue" },
    "weather-key": { timestamp: 1_700_000_000_000 },
    turnstile: entry,
    "turnstile-summary": { COUNT: 1_234 },
    station: { station_id: 40380, station_name: "Clark/Lake", order: 14, line: "blue" },
    "dedup-state": {
      station_id: 40380,
      boots: [
        {
          ...{ device_id: "40380-T1", boot_id: 1_700_000_001, lost: [], duplicates: 0, total: 9 },
          ranges: [{ from: 1, to: 9 }],
        },
      ],
      ...{ older: [], page: 0, next_page: 1 },
      ...{ arrivals: 0, entries: 9, service_time: 1_700_000_000_000 },
    },
  };
  const names = Object.keys(written) as SchemaName[];
  const bytesOf = (name: SchemaName, id = 1): Buffer =>
    Buffer.concat([headerOf(id), avroType(name).toBuffer(written[name])]);
  const registryOf = (schema: Schema | CodedError): RegistryClient & { asked: number } => ({
    asked: 0,
    register: async () => 1,
    async schemaById() {
      this.asked++;
      if (schema instanceof CodedError) throw schema;
      return schema;
    },
  });
  const unknown = new CodedError("REGISTRY_UNKNOWN_SCHEMA", { message: "no schema 1", retryable: false });

  test.each(names)(
    "%s is read whatever its id says now: nothing, itself, or any other of ours",
    async (name) => {
      for (const other of names) {
        const read = await avroDecoder(registryOf(schemaJson(other))).read(bytesOf(name), name);
        expect({ ...read, value: plain(read.value) }, other).toEqual({
          value: written[name],
          by: other === name ? "registry" : "own",
        });
      }
      const read = await avroDecoder(registryOf(unknown)).read(bytesOf(name), name);
      expect({ ...read, value: plain(read.value) }).toEqual({ value: written[name], by: "own" });
    },
  );

  test("is asked once for an id that it does not know, and a line of the log says so once", async () => {
    const warn = vi.fn();
    const registry = registryOf(unknown);
    const decoder = avroDecoder(registry, { ...silentLogger, warn });
    for (let n = 0; n < 3; n++) await decoder.decode(bytesOf("turnstile"), "turnstile");
    expect(registry.asked).toBe(1);
    expect(warn.mock.calls).toEqual([
      [{ schemaId: 1, schema: "turnstile" }, expect.stringContaining("no schema 1") as string],
    ]);
  });

  test("gives the id to a newer version later: its records are read by that", async () => {
    const registry = memoryRegistry();
    const decoder = avroDecoder(registry);
    expect(plain(await decoder.decode(bytesOf("turnstile"), "turnstile"))).toEqual(entry);
    const { fields, ...record } = schemaJson("turnstile") as { fields: object[] } & Record<string, unknown>;
    const newer = { ...record, fields: [...fields, { name: "gate", type: "int", default: 0 }] } as Schema;
    expect(await registry.register("t-value", newer)).toBe(1);
    const type = avro.Type.forSchema(newer, { wrapUnions: false });
    const bytes = Buffer.concat([headerOf(1), type.toBuffer({ ...entry, gate: 2 })]);
    expect(plain(await decoder.decode(bytes, "turnstile"))).toEqual(entry);
    // What came before is as well off as it was.
    expect(plain(await decoder.decode(bytesOf("turnstile"), "turnstile"))).toEqual(entry);
  });

  test("a writer with another name and the same fields is believed: what it means is there", async () => {
    const foreign = {
      type: "record",
      name: "Sky",
      fields: [
        { name: "status", type: "string" },
        { name: "temperature", type: "float" },
      ],
    } as Schema;
    const body = avro.Type.forSchema(foreign).toBuffer({ status: "sunny", temperature: 20 });
    const read = await avroDecoder(registryOf(foreign)).read(Buffer.concat([headerOf(1), body]), "weather");
    expect({ ...read, value: plain(read.value) }).toEqual({
      value: { status: "sunny", temperature: 20 },
      by: "registry",
    });
  });

  test.each<[string, Buffer]>([
    ["cut", bytesOf("turnstile").subarray(0, -1)],
    ["longer", Buffer.concat([bytesOf("turnstile"), Buffer.from([0])])],
    ["of another schema of ours", bytesOf("station-key")],
    ["not UTF-8", Buffer.concat([headerOf(1), Buffer.from([2, 2, 0xff, 2, 0x61])])],
  ])("what fits neither is refused: %s", async (_, bytes) => {
    for (const schema of [unknown, schemaJson("dedup-state")]) {
      await expect(avroDecoder(registryOf(schema)).decode(bytes, "turnstile")).rejects.toMatchObject({
        code: "AVRO_INVALID",
        message: expect.stringContaining("no turnstile of ours, and ") as string,
      });
    }
  });

  test("an array that only claims to be long costs nothing, in a schema of any origin", async () => {
    // station 1, and 2^40 boots.
    const bytes = Buffer.concat([headerOf(1), Buffer.from("028080808080" + "8040", "hex")]);
    for (const own of [undefined, "turnstile"] as const) {
      await expect(
        avroDecoder(registryOf(schemaJson("dedup-state"))).decode(bytes, own),
      ).rejects.toMatchObject({ code: "AVRO_INVALID" });
    }
  });

  test("a registry that is away says nothing about a record: it is to be tried again", async () => {
    const away = new CodedError("REGISTRY_UNAVAILABLE", { message: "no answer", retryable: true });
    await expect(avroDecoder(registryOf(away)).decode(bytesOf("turnstile"), "turnstile")).rejects.toBe(away);
  });
});
