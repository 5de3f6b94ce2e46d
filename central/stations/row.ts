import { z } from "zod";
import { CodedError } from "../../schemas/errors.ts";
import { LINES, type Line } from "../../schemas/network/network.ts";

/** What a stop of the `stations` table says about its station. */
export interface StopRow {
  readonly station_id: number;
  readonly station_name: string;
  readonly order: number;
  /** None: the stop is on none of the three lines. */
  readonly lines: readonly Line[];
}

/** One record of Connect's topic. */
export type RowEvent =
  | { readonly kind: "row"; readonly stopId: number; readonly stop: StopRow }
  | { readonly kind: "gone"; readonly stopId: number };

/** The same with its place in the topic. */
export type PlacedEvent = RowEvent & {
  readonly offset: number;
  /** Of a correction: the offset of the record that it corrects. */
  readonly corrects?: number;
};

/** PostgreSQL's boolean; the JDBC source connector may make it a bit. */
const flag = z.union([z.boolean(), z.literal(0).transform(() => false), z.literal(1).transform(() => true)]);

const rowSchema = z.object({
  stop_id: z.int(),
  station_id: z.int(),
  station_name: z.string(),
  order: z.int(),
  red: flag,
  blue: flag,
  green: flag,
});

/** What Debezium's ExtractNewRecordState leaves of a delete: the old row, marked. */
const deletedSchema = z.object({ stop_id: z.int(), __deleted: z.literal(["true", true]) });

/** `30374`, or `{"stop_id": 30374}` where the connector does not extract the field. */
const keySchema = z.union([z.int(), z.object({ stop_id: z.int() }).transform((key) => key.stop_id)]);

/**
 * Read a record of Connect's topic: a row as JSON from Debezium or from the JDBC source, a deleted row, or a tombstone.
 *
 * @throws {CodedError} ROW_INVALID that names the fields at fault.
 */
export function parseRow(key: Buffer | null, value: Buffer | null): RowEvent {
  if (value === null) return { kind: "gone", stopId: checked(keySchema, jsonOf(key, "key"), "key") };
  const json = jsonOf(value, "row");
  const deleted = marked(json) ? deletedSchema.safeParse(json) : undefined;
  if (deleted?.success) return { kind: "gone", stopId: deleted.data.stop_id };
  const row = checked(rowSchema, json, "row");
  const { stop_id: stopId, station_id, station_name, order } = row;
  return {
    kind: "row",
    stopId,
    stop: { station_id, station_name, order, lines: LINES.filter((line) => row[line]) },
  };
}

/** Asked first, because a schema that refuses costs several times one that accepts, and nearly every row is alive. */
function marked(json: unknown): boolean {
  return typeof json === "object" && json !== null && "__deleted" in json;
}

function jsonOf(bytes: Buffer | null, what: string): unknown {
  try {
    return JSON.parse(bytes?.toString("utf8") ?? "");
  } catch (cause) {
    throw invalid(`the ${what} is not JSON`, cause);
  }
}

function checked<S extends z.ZodType>(schema: S, json: unknown, what: string): z.output<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || what}: ${message}`);
  throw invalid(`the ${what} is not a row of stations: ${problems.join("; ")}`, result.error);
}

function invalid(message: string, cause: unknown): CodedError {
  return new CodedError("ROW_INVALID", { message, retryable: false, cause });
}
