import { z } from "zod";
import { count, epochMs } from "../../../../schemas/page/answer-fields.ts";
import {
  type HistoryAnswer,
  type MomentsAnswer,
  type RecountAnswer,
  TICK_KINDS,
} from "../../../../schemas/page/history.ts";
import type { Delta, PageState } from "../../../../schemas/page/page.ts";

/** The shapes of `schemas/page/history.ts` for the OpenAPI document. */

export const historyShape = z.strictObject({
  from: epochMs.nullable().describe("From here on Kafka has every reading; null: it has none"),
  to: epochMs,
  ticks: z.array(
    z.strictObject({
      kind: z.enum(TICK_KINDS),
      at: epochMs,
      until: epochMs.nullable().describe("null: it goes on, or took no time"),
      words: z.string(),
    }),
  ),
  watchedSince: epochMs.describe("Of the time before, what Kafka had kept until then"),
}) satisfies z.ZodType<HistoryAnswer>;

/** What page and server of one version say to each other; programs take the other paths, with `?at=`. */
const own = z.record(z.string(), z.unknown());
const state = own.describe("The page's own state") as unknown as z.ZodType<PageState>;
const delta = own.describe(
  "Changes of the page's state, as the socket sends them",
) as unknown as z.ZodType<Delta>;

export const momentsShape = z.strictObject({
  snapshot: z.strictObject({ instance: z.string(), version: z.int(), now: epochMs, state }),
  deltas: z.array(delta),
  until: epochMs,
  unknown: z.array(z.string()).describe("What is not known of these moments"),
  counting: z.boolean().describe("Entries are being counted: ask again"),
}) satisfies z.ZodType<MomentsAnswer>;

export const recountShape = z.strictObject({
  from: epochMs,
  to: epochMs,
  whole: z.boolean().describe("Each number once, in order, and none missing between two of them"),
  entries: count,
  arrivals: count,
  devices: count,
  stations: count,
  inRaw: count.describe("Readings that the raw topic was seen to have too"),
  notCompared: count.describe("Readings not found in what was read of the raw topic"),
  nameless: count.describe("Records that name no reading of a device"),
  faults: z.array(
    z.strictObject({
      what: z.string(),
      deviceId: z.string(),
      bootId: z.int(),
      from: z.int(),
      to: z.int(),
    }),
  ),
  moreFaults: count,
}) satisfies z.ZodType<RecountAnswer>;
