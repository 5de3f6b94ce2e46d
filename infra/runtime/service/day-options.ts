import { InvalidArgumentError } from "commander";
import { isLine, LINES, type Line, stationById } from "../../../schemas/network/network.ts";
import { nearestStations } from "../text/stations.ts";

/*
 * Options that more than one command takes, read in one way. Each parser throws commander's InvalidArgumentError with
 * what would do.
 */

/** A number in a range, as a parser of one option. */
export function numberFrom(least: number, most: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`Give a ${whole ? "whole " : ""}number from ${least} to ${most}.`);
    }
    return value;
  };
}

function parseLines(text: string): readonly Line[] {
  return words(text).map((word) => {
    if (!isLine(word)) throw new InvalidArgumentError(`"${word}" is not one of ${LINES.join(", ")}.`);
    return word;
  });
}

function parseStations(text: string): readonly number[] {
  return words(text).map((word) => {
    const station = stationById(Number(word));
    if (station) return station.id;
    const near = nearestStations(word).map((s) => `${s.id} ${s.name}`);
    throw new InvalidArgumentError(`There is no station "${word}". Nearest: ${near.join(", ")}.`);
  });
}

function parseMoment(text: string): number {
  const moment = Date.parse(text);
  if (Number.isNaN(moment))
    throw new InvalidArgumentError("Give a time, for example 2018-10-01T08:00:00-05:00.");
  return moment;
}

/** At least one: an option without a value names nothing. */
function words(text: string): readonly string[] {
  const found = text.split(",").map((word) => word.trim());
  const named = found.filter((word) => word !== "");
  return named.length > 0 ? named : found;
}

/** What a simulated day is made of, for the simulator and for commands that pass its options on. */
export const DAY_OPTIONS = {
  speed: numberFrom(0.1, 3600),
  seed: numberFrom(0, 2 ** 32, true),
  lines: parseLines,
  stations: parseStations,
  from: parseMoment,
  rate: numberFrom(0.001, 100_000),
} as const;
