import { InvalidArgumentError } from "commander";
import { parseDuration } from "../infra/runtime/text/units.ts";
import { type DeviceRef, devicesOf } from "../schemas/network/devices.ts";
import { type Line, STATIONS } from "../schemas/network/network.ts";

/** What to simulate, from the command line. */
export interface SimulatorOptions {
  readonly speed: number;
  readonly seed: number;
  readonly lines: readonly Line[];
  /** Station ids; empty: all. */
  readonly stations: readonly number[];
  readonly turnstilesPerStation: number;
  /** Service time to begin at, epoch ms; absent: where it stopped, at first the wall's. */
  readonly from?: number;
  /** Readings per second and device instead of a city. */
  readonly rate?: number;
  /** false: devices are up, but nothing happens that was not ordered. */
  readonly traffic: boolean;
  readonly weather: boolean;
  /** 0: as fast as it is read. */
  readonly baud: number;
}

/** The devices that these options ask for. */
export function devicesFor(options: SimulatorOptions): readonly DeviceRef[] {
  const { lines, stations, turnstilesPerStation } = options;
  return STATIONS.filter((station) => stations.length === 0 || stations.includes(station.id))
    .filter((station) => station.stops.some((stop) => lines.includes(stop.line)))
    .flatMap((station) => devicesOf(station, turnstilesPerStation))
    .filter((device) => device.kind !== "arrival" || lines.includes(device.line));
}

/** An option's length of time. @returns ms, more than 0. */
export function durationOption(text: string): number {
  const ms = parseDuration(text) ?? 0;
  if (ms <= 0) throw new InvalidArgumentError("Give a time, for example 20s or 2m.");
  return ms;
}
