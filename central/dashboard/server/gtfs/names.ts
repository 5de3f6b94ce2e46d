import type { Direction, Line } from "../../../../schemas/network/network.ts";

/** The ids by which the live feeds refer to the static one. */

export const AGENCY_ID = "elevated";

/** One trip per line and direction: frequencies.txt says how often it runs. */
export function tripIdOf(line: Line, direction: Direction): string {
  return `${line}-${direction}`;
}

/** GTFS has 0 and 1. */
export function directionIdOf(direction: Direction): 0 | 1 {
  return direction === "a" ? 0 : 1;
}

export function lineName(line: Line): string {
  return `${line.charAt(0).toUpperCase()}${line.slice(1)} Line`;
}
