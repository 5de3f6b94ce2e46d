import avro, { type Type } from "avsc";
import { decodeUntrusted } from "../../../runtime/avro/decode.ts";
import { parseAvroSchema } from "../../../runtime/avro/type.ts";
import type { InRecord } from "../../../runtime/kafka/ports.ts";
import type { SchemaRegistry } from "../formats/registry.ts";
import { timestampText } from "../values/time-text.ts";

/** Says what a record of an unknown topic holds: Avro by the registry, JSON, text, a number, or bytes. */
export function recordPrinter(registry: SchemaRegistry | undefined): (record: InRecord) => Promise<string> {
  const show = async (bytes: Buffer | null): Promise<string> => {
    if (bytes === null) return "<null>";
    return (await avroText(bytes, registry)) ?? plainText(bytes);
  };
  return async ({ timestamp, key, value, partition }) => {
    const time = `${timestampText(timestamp).replace("T", " ")}Z`;
    return `rowtime: ${time}, key: ${await show(key)}, value: ${await show(value)}, partition: ${partition}`;
  };
}

async function avroText(bytes: Buffer, registry: SchemaRegistry | undefined): Promise<string | undefined> {
  if (!registry || bytes.length < 6 || bytes[0] !== 0) return undefined;
  try {
    const { type } = parseAvroSchema(await registry.byId(bytes.readInt32BE(1)));
    const datum = decodeUntrusted(type, bytes.subarray(5));
    return JSON.stringify(unwrapped(type, datum), (_, value: unknown) =>
      typeof value === "bigint"
        ? Number(value)
        : value instanceof Uint8Array
          ? Buffer.from(value).toString("base64")
          : value,
    );
  } catch {
    return undefined;
  }
}

/** Without the branch's name around a union's value, which a reader of the topic does not ask about. */
function unwrapped(type: Type, datum: unknown): unknown {
  if (type instanceof avro.types.WrappedUnionType) {
    const [name, value] = Object.entries(datum ?? {})[0] ?? [];
    const branch = type.types.find(({ branchName }) => branchName === name);
    return branch ? unwrapped(branch, value) : null;
  }
  if (type instanceof avro.types.RecordType) {
    const record = datum as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      type.fields.map((field) => [field.name, unwrapped(field.type, record[field.name])]),
    );
  }
  if (type instanceof avro.types.ArrayType) {
    return (datum as readonly unknown[]).map((item) => unwrapped(type.itemsType, item));
  }
  if (type instanceof avro.types.MapType) {
    return Object.fromEntries(
      Object.entries(datum as object).map(([key, value]) => [key, unwrapped(type.valuesType, value)]),
    );
  }
  return datum;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function plainText(bytes: Buffer): string {
  const control = bytes.some((byte) => byte < 9);
  if (!control) {
    try {
      return utf8.decode(bytes);
    } catch {
      // Bytes, then.
    }
  }
  if (bytes.length === 4) return String(bytes.readInt32BE());
  if (bytes.length === 8) return String(bytes.readBigInt64BE());
  return bytes.toString("base64");
}
