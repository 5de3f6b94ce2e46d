import { parseDeviceId } from "../../schemas/network/devices.ts";
import { stationById } from "../../schemas/network/network.ts";
import type { Sighting } from "../device/device.ts";
import { trainId } from "./timetable.ts";

/** Instead of a city: every device notices something at a steady rate. For load tests. */
export class Load {
  readonly #perMs: number;
  readonly #startedAt: number;
  #done = 0;

  /** @param rate - readings per second and device. @param startedAt - monotonic ms. */
  constructor(rate: number, startedAt: number) {
    this.#perMs = rate / 1000;
    this.#startedAt = startedAt;
  }

  /** How many sightings each device has had since the last call. */
  due(now: number): number {
    const all = Math.floor((now - this.#startedAt) * this.#perMs);
    const count = all - this.#done;
    this.#done = all;
    return count;
  }
}

/** What a device notices when nothing in particular happens: a press, or its line's first train. */
export function anySighting(deviceId: string, service: number): Sighting | undefined {
  const device = parseDeviceId(deviceId);
  if (!device) return undefined;
  if (device.kind !== "arrival") {
    const line = stationById(device.stationId)?.stops[0]?.line;
    return line && { line, arrival: null, service };
  }
  const arrival = {
    trainId: trainId(device.line, 0),
    status: "in_service",
    prevStationId: null,
    prevDirection: null,
  } as const;
  return { line: device.line, arrival, service };
}
