import { z } from "zod";
import { DEVICE_KINDS } from "../../../../schemas/network/devices.ts";
import { count, time } from "../../../../schemas/page/answer-fields.ts";
import {
  type ByteSpan,
  STORY_HOPS,
  type StoryAnswer,
  type StoryOffer,
  type StoryRef,
} from "../../../../schemas/page/story.ts";

const ref = { deviceId: z.string(), bootId: z.int(), seq: z.int() };

const span = z.strictObject({
  offset: count,
  length: count,
  hex: z.string().nullable().describe("null: not shown, or kept nowhere"),
  kind: z.enum(["frame", "field", "left-out"]),
  name: z.string(),
  value: z.string(),
  meaning: z.string(),
  stuffed: z.array(count).describe("COBS: bytes that stand for 00").optional(),
}) as z.ZodType<ByteSpan>;

const block = z.strictObject({
  name: z.string(),
  origin: z.enum(["ring", "kafka", "rebuilt"]).describe("rebuilt: made again, because nothing keeps them"),
  note: z.string(),
  length: count,
  spans: z.array(span).describe("They cover each byte once, in order"),
});

const hop = z.strictObject({
  name: z.enum(STORY_HOPS),
  title: z.string(),
  what: z.string(),
  promise: z.string(),
  rule: z.int().describe("Number of the delivery rule that guards it"),
  code: z.array(z.string()),
  state: z.enum(["passed", "here", "ahead"]),
  at: time.nullable(),
  tookMs: z.number().nullable().describe("Since the hop before it, milliseconds"),
  place: z.strictObject({ topic: z.string(), partition: count, offset: count }).nullable(),
  headers: z.record(z.string(), z.string()),
  bytes: z.array(block),
});

export const storyRefShape = z.strictObject(ref) satisfies z.ZodType<StoryRef>;

export const storyOfferShape = z.strictObject({
  ...ref,
  stationId: z.int(),
  stationName: z.string(),
  at: time,
}) satisfies z.ZodType<StoryOffer>;

export const storyShape = z.strictObject({
  ...ref,
  kind: z.enum(DEVICE_KINDS as [(typeof DEVICE_KINDS)[number]]),
  stationId: z.int(),
  stationName: z.string(),
  asOf: time,
  state: z.enum(["ahead", "under-way", "counted", "lost"]),
  wait: z
    .strictObject({ words: z.string(), since: time.nullable(), fault: z.boolean() })
    .nullable()
    .describe("Why it is not further"),
  loss: z.string().nullable(),
  hops: z.array(hop),
}) satisfies z.ZodType<StoryAnswer>;
