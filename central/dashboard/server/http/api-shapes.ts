import { z } from "zod";
import { count, epochMs, known, time } from "../../../../schemas/page/answer-fields.ts";
import type {
  CallAnswer,
  DeviceAnswer,
  DeviceDetail,
  PathAnswer,
  StationAnswer,
  StationDetail,
  TrainAnswer,
  TrainDetail,
  WeatherAnswer,
} from "../../../../schemas/page/api.ts";
import { HOPS, type HopView } from "../../../../schemas/page/page.ts";
import { vehicleShape } from "../fleet/shapes.ts";
import { historyShape, momentsShape, recountShape } from "../history/shapes.ts";
import { incidentAnswerShape, incidentViewShape } from "../incidents/shapes.ts";
import { findingShape, proofShape, recordShape } from "../proof/shapes.ts";
import { storyOfferShape, storyRefShape, storyShape } from "../story/shapes.ts";

/** The shapes of `schemas/page/api.ts` where they are needed as values: the OpenAPI document is made of them. */

const train = z.strictObject({
  id: z.string(),
  line: z.string(),
  direction: z.string().describe("a: towards the line's first stop; b: away from it"),
  stationId: z.int(),
  status: z.string(),
  at: time.describe("When the sensor saw it there"),
  stale: z.boolean().describe("Not heard of for longer than its line's trains usually are"),
}) satisfies z.ZodType<TrainAnswer>;

const trainDetail = train.extend({
  startedAt: time.describe("When its trip began at an end of its line, as far as that is known"),
  reports: z.array(
    z.strictObject({ stationId: z.int(), sensorId: z.string(), status: z.string(), at: time }),
  ),
}) satisfies z.ZodType<TrainDetail>;

const device = z.strictObject({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  lastSeen: time.nullable(),
}) satisfies z.ZodType<DeviceAnswer>;

const deviceDetail = device.extend({
  reason: z.string(),
  since: time,
  frames: count,
  errors: count,
  numbered: known.describe("Readings it numbered; null before its first HELLO"),
  waiting: known,
}) satisfies z.ZodType<DeviceDetail>;

const station = z.strictObject({
  id: z.int(),
  name: z.string(),
  lines: z.array(z.string()),
  entries: known,
  devices: z.array(device),
}) satisfies z.ZodType<StationAnswer>;

const call = z.strictObject({
  trainId: z.string(),
  line: z.string(),
  direction: z.string(),
  at: time,
}) satisfies z.ZodType<CallAnswer>;

const path = z.strictObject({
  deviceId: z.string().nullable(),
  service: time.describe("Service clock; the others are wall clocks"),
  device: time,
  edge: time,
  gateway: time,
  dedup: time,
  page: time,
}) satisfies z.ZodType<PathAnswer>;

const stationDetail = station.extend({
  devices: z.array(deviceDetail),
  thisHour: known,
  history: z.array(known).describe("Entries per five minutes of the service clock, oldest first"),
  calls: z.array(call),
  path: path.nullable().describe("The last entry's time at every hop"),
}) satisfies z.ZodType<StationDetail>;

const weather = z.strictObject({
  temperature: z.number().describe("Degrees Fahrenheit"),
  status: z.string(),
  serviceTime: time.nullable(),
}) satisfies z.ZodType<WeatherAnswer>;

const measured = z.number().min(0).nullable();

const hop = z.strictObject({
  name: z.enum(HOPS),
  rate: measured.describe("Readings per second"),
  p50: z.number().nullable().describe("Delay, milliseconds"),
  p95: z.number().nullable().describe("Delay, milliseconds"),
  waiting: known.describe("Entries that wait before this hop"),
  stillSince: epochMs
    .nullable()
    .describe("Nothing has come through, or is known, since then; null: it moves"),
}) satisfies z.ZodType<HopView>;

export const API_SHAPES = {
  Trains: z.array(train),
  Train: trainDetail,
  Stations: z.array(station),
  Station: stationDetail,
  Vehicles: z.array(vehicleShape),
  Weather: weather.nullable(),
  Proof: proofShape.nullable(),
  Findings: z.array(findingShape),
  Finding: findingShape,
  Record: recordShape,
  Incidents: z.array(incidentViewShape),
  Incident: incidentAnswerShape,
  Hops: z.array(hop),
  History: historyShape,
  Moments: momentsShape,
  Recount: recountShape,
  Stories: z.array(storyOfferShape),
  StoryRef: storyRefShape,
  Story: storyShape,
  Problem: z.strictObject({ error: z.string() }),
} as const;

export type ApiShape = keyof typeof API_SHAPES;
