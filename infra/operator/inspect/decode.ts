import type { SchemaName } from "../../../schemas/avro/names.ts";
import { isCoded } from "../../../schemas/errors.ts";
import type { OwnSchemas } from "../../../schemas/topic-schemas.ts";
import type { InRecord } from "../../runtime/kafka/ports.ts";
import type { AvroReader } from "../../runtime/registry/ports.ts";
import { printable, printableJson } from "../../runtime/text/printable.ts";

/** A key or a value as a person reads it. */
interface Readable {
  readonly format: "none" | "avro" | "json" | "text" | "bytes";
  /** Of bytes: hexadecimal. */
  readonly content: unknown;
  /** Avro by this schema of ours, because the registry's answer to the record's id does not fit it. */
  readonly own?: SchemaName;
}

export interface ReadableRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** ISO 8601. */
  readonly time: string;
  readonly key: Readable;
  readonly value: Readable;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @param own - the schemas of a topic of ours, for what was written before the registry was set up again.
 * @throws {CodedError} REGISTRY_UNAVAILABLE
 */
export async function readable(
  record: InRecord,
  avro: AvroReader,
  own: OwnSchemas = {},
): Promise<ReadableRecord> {
  const { topic, partition, offset, timestamp, headers } = record;
  const [key, value] = await Promise.all([
    decoded(record.key, avro, own.key),
    decoded(record.value, avro, own.value),
  ]);
  return { topic, partition, offset, time: new Date(timestamp).toISOString(), key, value, headers };
}

async function decoded(bytes: Buffer | null, avro: AvroReader, own?: SchemaName): Promise<Readable> {
  if (bytes === null) return { format: "none", content: null };
  // The registry's header begins with a zero, which neither JSON nor text does.
  if (bytes[0] === 0) {
    try {
      const { value, by } = await avro.read(bytes, own);
      return { format: "avro", content: value, ...(own && by === "own" ? { own } : {}) };
    } catch (error) {
      if (!isCoded(error, "AVRO_INVALID", "REGISTRY_UNKNOWN_SCHEMA")) throw error;
    }
  }
  return plain(bytes);
}

function plain(bytes: Buffer): Readable {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { format: "bytes", content: bytes.toString("hex") };
  }
  try {
    return { format: "json", content: JSON.parse(text) };
  } catch {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal must not be sent
    const printable = !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text);
    return printable
      ? { format: "text", content: text }
      : { format: "bytes", content: bytes.toString("hex") };
  }
}

/** One line of JSON; bytes inside an Avro value as hexadecimal. */
export function jsonLine(value: unknown): string {
  return printableJson(
    JSON.stringify(value, (_, item: unknown) => {
      const bytes = item as { type?: unknown; data?: unknown } | null;
      if (bytes?.type === "Buffer" && Array.isArray(bytes.data))
        return Buffer.from(bytes.data).toString("hex");
      return typeof item === "bigint" ? String(item) : item;
    }),
  );
}

/** A line with place, time, key and value, and one per header. */
export function describe({ partition, offset, time, key, value, headers }: ReadableRecord): string {
  const shown = ({ format, content }: Readable): string => {
    if (format === "none") return "∅";
    return format === "bytes"
      ? `0x${content}`
      : format === "text"
        ? printable(String(content))
        : jsonLine(content);
  };
  const own = Object.entries({ key, value }).flatMap(([side, { own: schema }]) =>
    schema
      ? [`    (${side} read by our own schema ${schema}: what the registry has under its id does not fit)`]
      : [],
  );
  const lines = Object.entries(headers).map(
    ([name, content]) => `    ${printable(name)}: ${printable(content)}`,
  );
  return [`${time}  ${partition}@${offset}  ${shown(key)}  ${shown(value)}`, ...own, ...lines].join("\n");
}
