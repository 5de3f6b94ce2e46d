import { z } from "zod";
import {
  AUDIT_HOPS,
  FINDING_KINDS,
  type Finding,
  LOSS_CAUSES,
  type Regrouping,
  type Resolution,
} from "../../schemas/audit.ts";
import { DEVICE_KINDS } from "../../schemas/network/devices.ts";

/** What may stand in the auditor's topic: any writer of the topic wrote it, so it is looked at before it is believed. */

const time = z.number();
const count = z.int();

const resolution = z.object({ at: time, by: z.string(), reason: z.string() });

const finding = z.object({
  id: z.string(),
  kind: z.enum(FINDING_KINDS),
  hop: z.enum(AUDIT_HOPS),
  cause: z.enum(LOSS_CAUSES).nullable(),
  deviceId: z.string().nullable(),
  bootId: count.nullable(),
  ranges: z.array(z.object({ from: count, to: count })),
  readings: count,
  stationId: count.nullable(),
  reading: z.enum(DEVICE_KINDS as [(typeof DEVICE_KINDS)[number]]).nullable(),
  evidence: z.array(z.object({ topic: z.string(), partition: count, offset: count })),
  firstSeen: time,
  lastSeen: time,
  detail: z.string(),
  resolved: resolution.nullable(),
});

/** null: it is no finding. */
export function findingIn(value: string | null): Finding | null {
  return finding.safeParse(jsonIn(value)).data ?? null;
}

const regrouping = z.object({
  from: count,
  to: count,
  at: time,
  ends: z.record(z.string(), z.array(count)),
});

/** null: it is no change of the number of partitions. */
export function regroupingIn(value: string | null): Regrouping | null {
  return regrouping.safeParse(jsonIn(value)).data ?? null;
}

/** null: it is no resolution. */
export function resolutionIn(value: string | null): Resolution | null {
  return resolution.safeParse(jsonIn(value)).data ?? null;
}

/** null: nothing, or no JSON. */
export function jsonIn(value: string | null): unknown {
  if (value === null) return null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return null;
  }
}
