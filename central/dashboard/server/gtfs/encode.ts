import { PbfWriter } from "pbf";
import type { FeedMessage } from "./feed-message.ts";
import { FEED_MESSAGE, type Field, type Fields } from "./fields.ts";

/** The bytes of a `.pb` feed. */
export function encode(feed: FeedMessage): Uint8Array {
  const writer = new PbfWriter();
  writeMessage({ fields: FEED_MESSAGE, value: feed }, writer);
  return writer.finish();
}

interface Message {
  readonly fields: Fields;
  readonly value: object;
}

function writeMessage({ fields, value }: Message, writer: PbfWriter): void {
  for (const [name, each] of Object.entries(value)) {
    const field = fields[name];
    if (!field) throw new Error(`gtfs-realtime has no field ${name} here`);
    if (each === undefined) continue;
    for (const one of Array.isArray(each) ? each : [each]) writeField(field, one, writer);
  }
}

function writeField({ number, kind }: Field, value: unknown, writer: PbfWriter): void {
  if (kind === "string") writer.writeStringField(number, String(value));
  else if (kind === "float") writer.writeFloatField(number, Number(value));
  else if (kind === "varint") writer.writeVarintField(number, Number(value));
  else if ("words" in kind) writer.writeVarintField(number, wordIn(kind.words, value));
  else writer.writeMessage(number, writeMessage, { fields: kind.message, value: value as object });
}

function wordIn(words: Readonly<Record<string, number>>, value: unknown): number {
  const found = words[String(value)];
  if (found === undefined) throw new Error(`gtfs-realtime has no word ${String(value)} here`);
  return found;
}
