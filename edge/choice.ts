import { nearestStations } from "../infra/runtime/text/stations.ts";
import { CodedError } from "../schemas/errors.ts";
import {
  isLine,
  LINES,
  STATIONS,
  type Station,
  stationById,
  stationsOf,
} from "../schemas/network/network.ts";

/** What a command line names: stations, whole lines, or everything. */
export interface Choice {
  readonly all?: boolean;
  /** Ids, each possibly a list separated by commas. */
  readonly station?: readonly string[];
  readonly lines?: readonly string[];
}

/**
 * The stations of a choice, each once.
 *
 * @throws {CodedError} USAGE: nothing is named, or something that is not there, with the nearest names.
 */
export function chosenStations(choice: Choice): readonly Station[] {
  if (choice.all) return STATIONS;
  const lines = split(choice.lines).flatMap((line) => {
    if (!isLine(line)) throw usage(`there is no line "${line}": the lines are ${LINES.join(", ")}`);
    return stationsOf(line);
  });
  const stations = [...lines, ...split(choice.station).map(stationOf)];
  if (stations.length === 0) {
    throw usage("say which stations: --station 40380, --lines blue, or --all");
  }
  return [...new Set(stations)];
}

/** @throws {CodedError} USAGE with the nearest stations. */
export function stationOf(text: string): Station {
  const station = /^\d+$/.test(text) ? stationById(Number(text)) : undefined;
  if (station) return station;
  const nearest = nearestStations(text, 3).map((s) => `${s.id} ${s.name}`);
  throw usage(`there is no station "${text}". The nearest: ${nearest.join(", ")}`);
}

function split(texts: readonly string[] = []): string[] {
  return texts
    .flatMap((text) => text.split(","))
    .map((t) => t.trim())
    .filter((t) => t !== "");
}

function usage(message: string): CodedError {
  return new CodedError("USAGE", { message, retryable: false });
}
