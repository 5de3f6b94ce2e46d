import { parseDeviceId } from "../../../../schemas/network/devices.ts";
import { LINES, type Line, stationById } from "../../../../schemas/network/network.ts";
import type { PageState, StationView } from "../../../../schemas/page/page.ts";
import type { KnownDevice } from "../model/devices.ts";

/** What a page is about, where only a part of the city runs. */
export interface Watched {
  readonly lines: readonly Line[];
  /** By id; empty: all of those lines. */
  readonly stations: readonly number[];
}

export const WHOLE_CITY: Watched = { lines: LINES, stations: [] };

/** The lines that are drawn: of single stations, those that stop there. */
export function linesOf({ lines, stations }: Watched): readonly Line[] {
  if (stations.length === 0) return lines;
  const here = stations.flatMap((id) => stationById(id)?.stops.map(({ line }) => line) ?? []);
  return lines.filter((line) => here.includes(line));
}

/** Stations with those of their stops that are on a watched line; those without one are left out. */
export function watchedStations(stations: readonly StationView[], watched: Watched): readonly StationView[] {
  const lines = linesOf(watched);
  return stations.flatMap((station) => {
    const stops = station.stops.filter(({ line }) => lines.includes(line));
    return stops.length === 0 ? [] : [{ ...station, stops }];
  });
}

export function watchedTrains(trains: PageState["trains"], watched: Watched): PageState["trains"] {
  const lines = linesOf(watched);
  return Object.fromEntries(Object.entries(trains).filter(([, { line }]) => lines.includes(line)));
}

/**
 * Does a page show this device? One that is not watched and not heard is no fault: it does not run. One that
 * is heard is shown.
 */
export function showsDevice({ id, stationId, state }: KnownDevice, watched: Watched): boolean {
  if (state === "online" || state === "late") return true;
  const { stations } = watched;
  if (stations.length > 0 && !stations.includes(stationId)) return false;
  const ref = parseDeviceId(id);
  const lines = linesOf(watched);
  if (ref?.kind === "arrival") return lines.includes(ref.line);
  return stationById(stationId)?.stops.some(({ line }) => lines.includes(line)) ?? true;
}
