import { z } from "zod";
import { count, epochMs, known } from "../../../../schemas/page/answer-fields.ts";
import type { IncidentAnswer } from "../../../../schemas/page/incidents.ts";
import {
  INCIDENT_KINDS,
  type Incident,
  type IncidentView,
  SEVERITIES,
} from "../../../../schemas/page/incidents.ts";

/** Of anything in one incident: the city has fewer devices, and a curve fewer steps. */
const MOST = 1_000;

export const incidentViewShape = z.strictObject({
  id: z.string().describe("What, where, and when it began"),
  kind: z.enum(INCIDENT_KINDS),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  covers: z.array(z.string()).max(MOST).describe("All that it is about: “device 40380-T1”"),
  since: epochMs,
  backAt: epochMs.nullable().describe("The cause is over; what waited is coming through"),
  endedAt: epochMs.nullable().describe("null: it goes on"),
  waiting: known.describe("Readings that wait now"),
}) satisfies z.ZodType<IncidentView>;

const incidentShape = incidentViewShape.extend({
  stations: z.array(z.int()).max(MOST),
  reason: z.string(),
  openedAt: epochMs,
  times: z.int().min(1).describe("How often it began: what comes back within a minute is the same"),
  trial: z.string().nullable().describe("The trial under way when it began"),
  order: z
    .strictObject({
      target: z.string().nullable(),
      part: z.string().nullable(),
      restarts: known,
      until: epochMs,
    })
    .nullable(),
  series: z.strictObject({
    from: epochMs,
    stepMs: z.number().positive(),
    most: z.array(known).max(MOST).describe("Most readings that waited within each step"),
  }),
  worst: z.strictObject({ at: epochMs, waiting: count }).nullable(),
  lostBefore: known,
  lost: known.describe("Readings lost since it began"),
  trace: z
    .strictObject({
      deviceId: z.string(),
      device: epochMs,
      edge: epochMs,
      gateway: epochMs,
      dedup: epochMs,
      page: epochMs,
    })
    .nullable()
    .describe("Of the affected readings that came through the one that took longest"),
  ending: z.string().nullable(),
}) satisfies z.ZodType<Incident>;

export const incidentAnswerShape = incidentShape.extend({
  kept: z.boolean().describe("Is it in Kafka? Otherwise it ends with this server"),
}) satisfies z.ZodType<IncidentAnswer>;

/** A record of the topic: anybody may have written it, so it is looked at before it is believed. null: it is none. */
export function incidentIn(value: string | null): Incident | null {
  try {
    return incidentShape.safeParse(JSON.parse(value ?? "null")).data ?? null;
  } catch {
    return null;
  }
}
