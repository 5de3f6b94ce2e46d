import type { Direction, Line } from "../../schemas/network/network.ts";
import type { ArrivalEvent, TrainStatus } from "../../schemas/readings.ts";

/** One train on its way back and forth along its line. */
export interface Train {
  readonly id: string;
  /** Place in the line's round trip: see `slotAt`. */
  readonly slot: number;
  readonly status: TrainStatus;
  /** Service time of what it does next: arrive at the next slot, or be in service again. */
  readonly dueAt: number;
  /** Sightings so far: its random numbers are drawn by this, so they do not depend on how time was cut. */
  readonly sightings: number;
  /** Where a sensor saw it last. */
  readonly seenAt: { readonly stationId: number; readonly direction: Direction } | null;
}

/** A train comes to a platform, or its state changes at one. */
export interface TrainSighting {
  readonly line: Line;
  readonly stationId: number;
  readonly direction: Direction;
  readonly service: number;
  readonly arrival: ArrivalEvent;
}

/** Places of a round trip: each station once in each direction, but a terminal is reached in one direction only. */
export function slotsOf(stations: number): number {
  return 2 * (stations - 1);
}

/**
 * Which station (its order) and side a slot is: 0 … n−2 run in direction b to stations 1 … n−1, the rest back in
 * direction a to stations n−2 … 0. A train turns at the terminal: it arrives there in one direction and leaves it in
 * the other.
 */
export function slotAt(slot: number, stations: number): { order: number; direction: Direction } {
  const leg = stations - 1;
  return slot < leg ? { order: slot + 1, direction: "b" } : { order: 2 * leg - 1 - slot, direction: "a" };
}

/** Does a slot lie at an end of the line? */
export function isTerminal(slot: number, stations: number): boolean {
  const { order } = slotAt(slot, stations);
  return order === 0 || order === stations - 1;
}
