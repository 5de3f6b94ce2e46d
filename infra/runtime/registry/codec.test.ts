import avro, { type Schema } from "avsc";
import { expect, test } from "vitest";
import { schemaJson } from "../../../schemas/avro/schemas.ts";
import type { TurnstileRecord } from "../../../schemas/records.ts";
import { avroCodec, avroDecoder } from "./codec.ts";
import { memoryRegistry } from "./memory.ts";
import type { AvroDecoder } from "./ports.ts";
import { headerOf } from "./wire-format.ts";

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
    ...{ lastSeen: null, positions: null, frames: 2, errors: 3, quarantined: 4 },
    order: { agentBoot: 1, connection: 1, n: 1 },
  };
  const bytes = Buffer.concat([
    headerOf(id),
    avro.Type.forSchema(older, { wrapUnions: false }).toBuffer(state),
  ]);
  const decode = async (decoder: AvroDecoder): Promise<unknown> =>
    JSON.parse(JSON.stringify(await decoder.decode(bytes)));
  expect(await decode(avroDecoder(registry, ["device-state"]))).toEqual({ ...state, waiting: 0 });
  expect(await decode(avroDecoder(registry))).toEqual(state);
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
