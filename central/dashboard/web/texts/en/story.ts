import type { DeviceKind } from "../../../../../schemas/network/devices.ts";
import type { BytesOrigin, StoryHop, StoryHopName, StoryWait } from "../../../../../schemas/page/story.ts";
import { ago, choose, count, figure, span } from "./formats.ts";

/** One reading's way, hop by hop. */
export const story = {
  follow: "Follow one entry",
  lead: "Somebody walks through a turnstile. A second later a number on this page is one greater. In between the entry passes eight hands, and each keeps it until the next one has it. See each of them, with the bytes that really lie there.",
  walk: (deviceId: string) => `Walk through turnstile ${deviceId}`,
  walkAgain: "Walk through it again",
  cameThrough: "Entries that came through",
  orOne: "Or one that came through",
  none: "None has come through since this server started.",
  offer: (station: string, deviceId: string, seq: number) => `${station}, ${deviceId}: number ${figure(seq)}`,
  ago,
  story: "One entry's story",
  looking: "Looking for it",
  another: "Choose another entry",
  boot: (bootId: number) => `, boot ${bootId}.`,
  previous: "Previous hop",
  next: "Next hop",
  paused: "Paused",
  title: (kind: DeviceKind, seq: number, deviceId: string) =>
    kind === "turnstile"
      ? `Entry ${figure(seq)} of turnstile ${deviceId}`
      : `Report ${figure(seq)} of sensor ${deviceId}`,
  counted: "Counted.",
  countedAfter: (took: string) => `Counted, ${took} after the turn.`,
  since: (ms: number) => `For ${span(ms)}.`,
  sincePaused: (ms: number) => `For ${span(ms)} when you paused.`,
  /** What a hop does, the same for every reading, in the server's words. */
  hop: ({ title, what, promise }: Pick<StoryHop, "name" | "title" | "what" | "promise">) => {
    return { title, what, promise };
  },
  /** Why it is not further: as the server says it. */
  wait: ({ words }: StoryWait, _hop: StoryHopName | undefined): string => words,
  states: { passed: ", passed", here: ", it is here", ahead: ", not yet" },
  place: (topic: string, partition: number) => `${topic}, partition ${partition}, offset `,
  headers: "Headers of the record",
  header: (name: string) => `header “${name}” `,
  headerMeanings: {
    reading: "device; boot; number; presses by then",
    times: "when, by the clocks of service; device; agent; gateway; dedup",
    "gateway-time": "when the gateway took it, milliseconds since 1970",
    cut: "partition:offset up to which the clean topic is in this row",
  },
  rule: (rule: number, code: string) => `Delivery rule ${rule}. Code: ${code}`,
  origins: {
    ring: "read from the device's ring",
    kafka: "read from Kafka",
    rebuilt: "made again",
  } satisfies Record<BytesOrigin, string>,
  bytes: (n: number) => count(n, "byte", "bytes"),
  arrows: (name: string, bytes: number) =>
    `${name}: ${count(bytes, "byte", "bytes")}. Arrow keys go from field to field.`,
  stuffed: "Underlined bytes stand for 00: each says how far the next zero is. ",
  byte: (offset: number) => `Byte ${figure(offset)}.`,
  byteRange: (from: number, to: number) => `Bytes ${figure(from)} to ${figure(to)}.`,
  fields: (n: number) => `All ${count(n, "field", "fields")}`,
  bytesHead: "bytes",
  field: "field",
  value: "value",
  leftOut: (n: number) => `… ${figure(n)} ${choose(n, "byte", "bytes")} …`,
  broken: "And if something breaks?",
  brokenMore:
    "Break a hop, then walk through the turnstile again: the next entry waits before it, and goes on when it is back.",
  underWay: (hop: string, order: string) => `Under way: ${hop}, ${order.toLowerCase()}.`,
};
