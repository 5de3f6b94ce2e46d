import { InvalidArgumentError } from "commander";
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

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, "": 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `20s`, `2m`, `1h`, or bare seconds. @returns ms */
export function parseDuration(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (!(ms > 0)) throw new InvalidArgumentError("Give a time, for example 20s or 2m.");
  return Math.round(ms);
}
