import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { OFFSET_KEY } from "../../../../infra/runtime/kafka/ports.ts";
import type { AvroDecoder } from "../../../../infra/runtime/registry/ports.ts";
import { printableDeep } from "../../../../infra/runtime/text/printable.ts";
import type { DeadLetter } from "../../../../schemas/dead-letter.ts";
import { CodedError, type ErrorCode, isCoded } from "../../../../schemas/errors.ts";
import { checkFleetRecord, type FleetRecord } from "../../../../schemas/fleet.ts";
import { isLine } from "../../../../schemas/network/network.ts";
import type { ArrivalRecord, DedupState, StationRecord, WeatherRecord } from "../../../../schemas/records.ts";
import type { AnyState, SessionState } from "../../../../schemas/states.ts";
import { ownSchemasOf } from "../../../../schemas/topic-schemas.ts";
import { HEADERS, type HopTimes, parseTimes, type Topics } from "../../../../schemas/topics.ts";
import { fleetRecordOf } from "../fleet/decode.ts";
import type { Input, RecordPlace } from "./inputs.ts";

/** Station ids have five digits; greater keys of dedup's state are pages (`DedupState`). */
const LAST_STATION = 99_999;

type Decode = (record: InRecord) => Promise<Input | null>;

/**
 * Kafka records to inputs, by topic.
 *
 * @returns a function that gives null for records that mean nothing to the page (a loop's own offsets), and throws
 * CodedError AVRO_INVALID, REGISTRY_UNKNOWN_SCHEMA or (retryable) REGISTRY_UNAVAILABLE.
 */
export function inputDecoder(topics: Topics, avro: AvroDecoder): Decode {
  const sides = decodedSides(topics, avro);
  const byTopic: Readonly<Record<string, Decode>> = { ...readings(topics, sides), ...facts(topics, sides) };
  return async (record) => {
    const input = (await byTopic[record.topic]?.(record)) ?? null;
    // Entries are the busiest topic, and of their texts none is shown.
    return input === null || input.kind === "entry" ? input : printableDeep(input);
  };
}

/** Keys and values of records, decoded. */
interface Sides {
  key(record: InRecord): Promise<unknown>;
  stationKey(record: InRecord): Promise<number>;
  value<T>(record: InRecord): Promise<T>;
}

function decodedSides(topics: Topics, avro: AvroDecoder): Sides {
  const schemas = new Map(Object.values(topics).map((topic) => [topic, ownSchemasOf(topic, topics)]));
  const key = async (record: InRecord): Promise<unknown> => {
    if (!record.key) throw invalid(record, "it has no key");
    return await avro.decode(record.key, schemas.get(record.topic)?.key);
  };
  return {
    key,
    async stationKey(record) {
      const id = await key(record);
      if (typeof id !== "number") throw invalid(record, "its key is no station id");
      return id;
    },
    async value<T>(record: InRecord) {
      if (!record.value) throw invalid(record, "it has no value");
      return (await avro.decode(record.value, schemas.get(record.topic)?.value)) as T;
    },
  };
}

/** What sensors, turnstiles and the weather box said, and what was counted of it. */
function readings(topics: Topics, { key, stationKey, value }: Sides): Readonly<Record<string, Decode>> {
  return {
    [topics.arrivals]: async (record) => ({
      kind: "arrival",
      at: record.timestamp,
      record: await value<ArrivalRecord>(record),
      times: timesOf(record),
      place: placeOf(record, HEADERS.reading),
    }),
    // The value repeats what key and headers say, so it is left undecoded: this is the busiest topic.
    [topics.turnstiles]: async (record) => ({
      kind: "entry",
      at: record.timestamp,
      stationId: await stationKey(record),
      deviceId: record.headers[HEADERS.reading]?.split(";")[0] ?? null,
      times: timesOf(record),
      place: placeOf(record, HEADERS.reading),
    }),
    [topics.turnstileSummary]: async (record) => ({
      kind: "summary",
      at: record.timestamp,
      stationId: await stationKey(record),
      count: record.value === null ? null : countOf(record, await value<Record<string, unknown>>(record)),
      place: placeOf(record, HEADERS.cut),
    }),
    [topics.weather]: async (record) => ({
      kind: "weather",
      record: exactly(await value<WeatherRecord>(record)),
      service: record.key ? serviceTimeOf(await key(record)) : null,
    }),
    [topics.dedupState]: async (record) => {
      // The processor keeps its input offsets in its state topic (infra/runtime/kafka/ports.ts).
      if (record.key?.subarray(0, OFFSET_KEY.length).equals(Buffer.from(OFFSET_KEY))) return null;
      const { partition } = record;
      const stationId = await stationKey(record);
      // Pages of older boots, whose sums are in the station's own record.
      if (stationId > LAST_STATION) return null;
      if (record.value)
        return { kind: "dedup", at: record.timestamp, partition, state: await value<DedupState>(record) };
      return { kind: "dedup-gone", stationId, partition };
    },
  };
}

/** Stations, devices, vehicles, and what is said of the readings. */
function facts(topics: Topics, { key, value }: Sides): Readonly<Record<string, Decode>> {
  return {
    [topics.stationsTable]: async (record) => {
      if (record.value) return { kind: "station", record: await value<StationRecord>(record) };
      const { station_id, line } = (await key(record)) as { station_id: number; line: string };
      if (!isLine(line)) throw invalid(record, `its key names the line "${line}"`);
      return { kind: "station-gone", stationId: station_id, line };
    },
    [topics.devices]: async (record) => {
      if (record.value) {
        const state = await value<AnyState | SessionState>(record);
        return { kind: "state", at: record.timestamp, offset: record.offset, state };
      }
      return { kind: "state-gone", id: String(await key(record)) };
    },
    // The auditor's own memory is not for the page.
    [topics.audit]: async ({ key, value }) => ({
      kind: "audit",
      key: key?.toString() ?? "",
      value: value?.toString() ?? null,
    }),
    [topics.incidents]: async ({ key, value }) => ({
      kind: "incident",
      id: key?.toString() ?? "",
      value: value?.toString() ?? null,
    }),
    [topics.fleet]: async (record) => ({ kind: "vehicle", record: fleetRecordOf(record) }),
    [topics.deadLetter]: async (record) => ({
      kind: "dead-letter",
      at: record.timestamp,
      conflict: await conflictOf(() => value<DeadLetter>(record)),
    }),
  };
}

/**
 * The vehicle's event of a dead letter that says that its identity belongs to another one; null of every other letter,
 * and of one that cannot be read: it counts all the same.
 */
async function conflictOf(read: () => Promise<DeadLetter>): Promise<FleetRecord | null> {
  try {
    const { code, bytes } = await read();
    if (code !== ("TELEMETRY_CONFLICT" satisfies ErrorCode)) return null;
    const checked = checkFleetRecord(JSON.parse(bytes.toString("utf8")));
    return checked.ok ? checked.value : null;
  } catch (error) {
    if (isCoded(error) && error.retryable) throw error;
    return null;
  }
}

function invalid(record: InRecord, problem: string): CodedError {
  const { topic, partition, offset } = record;
  return new CodedError("AVRO_INVALID", {
    message: `record ${offset} of ${topic}-${partition}: ${problem}`,
    retryable: false,
    context: { topic, partition, offset },
  });
}

function placeOf({ topic, partition, offset, timestamp, headers }: InRecord, header: string): RecordPlace {
  return { topic, partition, offset, at: timestamp, header: headers[header] };
}

function timesOf(record: InRecord): HopTimes | null {
  const header = record.headers[HEADERS.times];
  return header === undefined ? null : (parseTimes(header) ?? null);
}

/** The box's 42.1 is Avro's float 42.099998…: no float has more than seven digits that mean anything. */
function exactly(record: WeatherRecord): WeatherRecord {
  return { ...record, temperature: Number(record.temperature.toPrecision(7)) };
}

/** ksqlDB names the column COUNT and makes it nullable; a decoder may keep the union's wrapper. */
function countOf(record: InRecord, row: Record<string, unknown>): number {
  const column = Object.keys(row).find((name) => name.toUpperCase() === "COUNT");
  const count = column === undefined ? undefined : row[column];
  if (typeof count === "number") return count;
  if (typeof count === "object" && count !== null && "long" in count) return Number(count.long);
  throw invalid(record, "it has no COUNT");
}

function serviceTimeOf(key: unknown): number | null {
  return typeof key === "object" && key !== null && "timestamp" in key ? Number(key.timestamp) : null;
}
