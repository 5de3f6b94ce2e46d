import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { DedupState } from "../../schemas/records.ts";
import { type BootCounts, bootOf, stateOf } from "./boots.ts";

/** Boots in one page, at most. */
export const PAGE_BOOTS = 128;

/**
 * Boots of one device that were not heard of for long, exact to the reading, in a record of their own: written once, and
 * again only when one of them is heard of after all. Kept as bytes, because there may be thousands.
 */
export interface BootPage {
  /** From 1 to `LAST_PAGE`, each once per station. */
  readonly number: number;
  readonly deviceId: string;
  /** Least and greatest boot id. */
  readonly first: number;
  readonly last: number;
  /** A `DedupState` by our own schema, without header. */
  readonly bytes: Buffer;
}

export function pageOf(
  stationId: number,
  number: number,
  deviceId: string,
  boots: readonly BootCounts[],
): BootPage {
  const state: DedupState = {
    station_id: stationId,
    page: number,
    boots: boots.map((boot) => stateOf(deviceId, boot)),
    older: [],
    next_page: 1,
    ...{ arrivals: 0, entries: 0, service_time: 0 },
  };
  const ids = boots.map(({ bootId }) => bootId);
  const bounds = { first: Math.min(...ids), last: Math.max(...ids) };
  return { number, deviceId, ...bounds, bytes: avroType("dedup-state").toBuffer(state) };
}

/** A page as its record has it; undefined: it holds nothing. */
export function pageIn({ station_id, page = 0, boots }: DedupState): BootPage | undefined {
  const [first] = boots;
  return first && pageOf(station_id, page, first.device_id, boots.map(bootOf));
}

export function bootsIn(page: BootPage): BootCounts[] {
  const state = avroType("dedup-state").fromBuffer(page.bytes) as DedupState;
  return state.boots.map(bootOf);
}
