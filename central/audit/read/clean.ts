import { HEADER } from "../../../infra/runtime/registry/wire-format.ts";
import { AvroCursor } from "../../../schemas/avro/avro-cursor.ts";
import { isCoded } from "../../../schemas/errors.ts";
import type { DeviceKind } from "../../../schemas/network/devices.ts";
import { ArrivalContent, entryContentAt } from "./content.ts";

/** What a clean record's value says. */
export interface CleanValue {
  readonly stationId: number;
  readonly content: number;
}

/** @returns the station that a clean record's key names; null: none. */
export function keyStation(key: Buffer | null): number | null {
  return key && readable(key, (cursor) => cursor.int());
}

/** @returns null: it is no value of this kind's topic. */
export function cleanValue(value: Buffer | null, kind: DeviceKind): CleanValue | null {
  return value && readable(value, kind === "turnstile" ? entry : arrival);
}

/** By the registry's wire format; whichever schema's id it names, its fields must be exactly these. */
function readable<T>(bytes: Buffer, read: (cursor: AvroCursor, bytes: Buffer) => T): T | null {
  if (bytes.length <= HEADER || bytes[0] !== 0) return null;
  const cursor = new AvroCursor(bytes, HEADER);
  try {
    const value = read(cursor, bytes);
    cursor.end();
    return value;
  } catch (error) {
    if (isCoded(error, "AVRO_INVALID")) return null;
    throw error;
  }
}

function entry(cursor: AvroCursor, bytes: Buffer): CleanValue {
  const stationId = cursor.int();
  cursor.skipString(); // station_name
  const line = cursor.skipString();
  return { stationId, content: entryContentAt(bytes, line, cursor.at) };
}

function arrival(cursor: AvroCursor, bytes: Buffer): CleanValue {
  const stationId = cursor.int();
  const content = new ArrivalContent();
  const text = (): ArrivalContent => content.text(bytes, cursor.skipString(), cursor.at);
  text(); // train_id
  text(); // direction
  text(); // line
  text(); // train_status
  if (cursor.index(2) === 1) content.station(cursor.int());
  else content.nothing();
  if (cursor.index(2) === 1) text();
  else content.nothing();
  return { stationId, content: content.checksum };
}
