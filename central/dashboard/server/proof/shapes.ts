import { z } from "zod";
import {
  AUDIT_HOPS,
  FINDING_KINDS,
  type FleetVerdict,
  LOSS_CAUSES,
  VERDICT_STATES,
} from "../../../../schemas/audit.ts";
import { DEVICE_KINDS } from "../../../../schemas/network/devices.ts";
import { count, epochMs, known, time } from "../../../../schemas/page/answer-fields.ts";
import type { FindingAnswer, RecordAnswer } from "../../../../schemas/page/api.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";

const lostBy = z.strictObject(
  Object.fromEntries(LOSS_CAUSES.map((cause) => [cause, count])) as Record<
    (typeof LOSS_CAUSES)[number],
    typeof count
  >,
);

const fleetShape = z.strictObject({
  state: z.enum(VERDICT_STATES),
  asOf: epochMs,
  reasons: z.array(z.string()),
  inKafka: count,
  waiting: count,
  audited: count,
  rows: count,
  repeated: count,
  deadLetters: count,
}) satisfies z.ZodType<FleetVerdict>;

const words = z.string().describe("In one sentence");
/** What the sentence is made of. */
const findingFacts = {
  id: z.string(),
  kind: z.enum(FINDING_KINDS),
  hop: z.enum(AUDIT_HOPS),
  deviceId: z.string().nullable(),
  stationId: z.int().nullable(),
  reading: z.enum(DEVICE_KINDS as [(typeof DEVICE_KINDS)[number]]).nullable(),
  ranges: z.array(z.strictObject({ from: z.int(), to: z.int() })).describe("Sequence numbers"),
  readings: z.int().describe("How many; of a sum, by how much it is off"),
};

export const proofShape = z.strictObject({
  state: z.enum(VERDICT_STATES),
  since: epochMs,
  asOf: epochMs.nullable().describe("When the auditor had read this far"),
  stale: z.boolean().describe("The verdict is older than it should be"),
  reasons: z.array(z.string()).describe("Why it does not hold, the gravest first"),
  devices: known.describe("= waiting + clean + unaudited + lost − unexplained"),
  waiting: known,
  inDevices: known,
  inOutboxes: known,
  inGateway: known,
  inDedup: known,
  clean: known.describe("= inSummary + summed − miscounted"),
  unaudited: count,
  lost: count.describe("Never to come, with a cause"),
  lostBy,
  unexplained: z.int().describe("Records too many, or below 0 too few: open findings"),
  inSummary: z.int().nullable(),
  summed: known,
  miscounted: z.int(),
  newer: z.int().nullable().describe("Entries in the sums that were read since the verdict"),
  duplicatesRemoved: count,
  deadLetters: count,
  arrivals: z
    .strictObject({ devices: count, waiting: count, clean: count, lost: count, unexplained: z.int() })
    .nullable(),
  findings: z.strictObject({ open: count, accounted: count, resolved: count }),
  open: z.array(z.strictObject({ ...findingFacts, words })),
  silent: count,
  stalledAt: z.array(z.enum(AUDIT_HOPS)).describe("Where something waits and nothing moves"),
  fleet: fleetShape.nullable().describe("The vehicles' topic against PostgreSQL's table"),
  oldest: z.strictObject({ hop: z.enum(AUDIT_HOPS), since: epochMs }).nullable(),
  pages: z.strictObject({ open: count, behind: count }),
}) satisfies z.ZodType<ProofView>;

const evidence = { topic: z.string(), partition: count, offset: count };

export const findingShape = z.strictObject({
  ...findingFacts,
  cause: z.enum(LOSS_CAUSES).nullable().describe("null: it breaks the proof until it is resolved"),
  bootId: z.int().nullable(),
  detail: z.string(),
  words,
  evidence: z.array(
    z.strictObject({ ...evidence, record: z.string().describe("Where the record is, decoded") }),
  ),
  firstSeen: time,
  lastSeen: time,
  resolved: z.strictObject({ at: time, by: z.string(), reason: z.string() }).nullable(),
}) satisfies z.ZodType<FindingAnswer>;

export const recordShape = z.strictObject({
  ...evidence,
  at: time,
  headers: z.record(z.string(), z.string()),
  key: z.unknown(),
  value: z.unknown(),
  undecoded: z.string().nullable().describe("Why key or value are base64"),
}) satisfies z.ZodType<RecordAnswer>;
