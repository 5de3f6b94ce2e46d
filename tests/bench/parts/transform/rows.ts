import type { StationRecord } from "../../../../schemas/records.ts";
import { roundOf } from "./input.ts";
import type { OutputRow } from "./outputs.ts";

export function countRow(station: number, count: number): OutputRow {
  return { key: String(station), text: String(count), progress: count };
}

/** Its progress is how often its stops had been read. */
export function stationRow({ station_id, line, station_name, order }: StationRecord): OutputRow {
  return { key: `${station_id}-${line}`, text: `${station_name}, ${order}`, progress: roundOf(station_name) };
}
