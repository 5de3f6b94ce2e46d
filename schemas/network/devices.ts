import { DIRECTIONS, type Direction, isLine, type Line, type Station } from "./network.ts";

/**
 * A device's name says what it is: `40380-blue-A1` is the arrival sensor of side 1 at station 40380 on the blue line,
 * `40380-T1` the station's first turnstile. Unique, readable, safe in an MQTT topic.
 */
export type DeviceRef =
  | {
      readonly kind: "arrival";
      readonly id: string;
      readonly stationId: number;
      readonly line: Line;
      readonly side: 1 | 2;
    }
  | { readonly kind: "turnstile"; readonly id: string; readonly stationId: number; readonly number: number };

export type DeviceKind = DeviceRef["kind"];

/** Every kind there is, and what a person calls a device of it. */
export const DEVICE_WORDS: Readonly<Record<DeviceKind, string>> = {
  arrival: "Sensor",
  turnstile: "Turnstile",
};

export const DEVICE_KINDS = Object.keys(DEVICE_WORDS) as readonly DeviceKind[];

const ARRIVAL = /^(\d{5})-([a-z]+)-A([12])$/;
const TURNSTILE = /^(\d{5})-T([1-9]\d?)$/;

/** Parse a device id; undefined when it is not one. The station need not exist. */
export function parseDeviceId(id: string): DeviceRef | undefined {
  const arrival = ARRIVAL.exec(id);
  if (arrival) {
    const [, station = "", line = "", side] = arrival;
    if (!isLine(line)) return undefined;
    return { kind: "arrival", id, stationId: Number(station), line, side: side === "1" ? 1 : 2 };
  }
  const turnstile = TURNSTILE.exec(id);
  if (turnstile) {
    const [, station = "", number = ""] = turnstile;
    return { kind: "turnstile", id, stationId: Number(station), number: Number(number) };
  }
  return undefined;
}

/** Side 1 hears the trains of direction `a`, side 2 those of `b`. */
export function directionOf(side: 1 | 2): Direction {
  return DIRECTIONS[side - 1] as Direction;
}

export function arrivalSensorId(stationId: number, line: Line, direction: Direction): string {
  return `${stationId}-${line}-A${direction === "a" ? 1 : 2}`;
}

export function turnstileId(stationId: number, number: number): string {
  return `${stationId}-T${number}`;
}

/** All devices of a station: one arrival sensor per side and line, then the turnstiles. */
export function devicesOf(station: Station, turnstiles = 2): readonly DeviceRef[] {
  const ids = [
    ...station.stops.flatMap((s) => DIRECTIONS.map((d) => arrivalSensorId(station.id, s.line, d))),
    ...Array.from({ length: turnstiles }, (_, i) => turnstileId(station.id, i + 1)),
  ];
  return ids.flatMap((id) => parseDeviceId(id) ?? []);
}
