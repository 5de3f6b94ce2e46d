import type { Clock } from "../infra/runtime/clock.ts";
import { arrivalSensorId, turnstileId } from "../schemas/network/devices.ts";
import type { CityEvents } from "./city/city.ts";
import { anySighting, type Load } from "./city/load.ts";
import type { Entry } from "./city/ridership.ts";
import type { TrainSighting } from "./city/train.ts";
import type { DeviceGroup } from "./devices/device-group.ts";

/** The city is looked at this often; at 60× a look covers six simulated seconds. */
const LOOK_MS = 100;
const SAVE_MS = 500;

/** Something that goes on until it is stopped. */
export interface Traffic {
  stop(): void;
}

export interface CityTraffic {
  readonly clock: Clock;
  readonly devices: DeviceGroup;
  /** What happened up to this service time. */
  readonly advance: (service: number) => CityEvents;
  readonly service: () => number;
  /** Keep the city's state for the next start. */
  readonly save: () => void;
}

/** Let the city's trains and passengers be noticed by the devices where they are. */
export function runCity({ clock, devices, advance, service, save }: CityTraffic): Traffic {
  const look = (): void => {
    const { trains, entries } = advance(service());
    for (const train of trains) noticeTrain(devices, train);
    for (const entry of entries) noticeEntry(devices, entry);
  };
  const stopLooking = clock.every(LOOK_MS, look);
  const stopSaving = clock.every(SAVE_MS, save);
  return {
    stop() {
      stopLooking();
      stopSaving();
      save();
    },
  };
}

/** Every device notices something at a steady rate. */
export function runLoad(clock: Clock, devices: DeviceGroup, load: Load, service: () => number): Traffic {
  const stop = clock.every(LOOK_MS / 5, () => {
    const count = load.due(clock.monotonic());
    const now = service();
    for (const { ref } of devices.members) {
      const sighting = anySighting(ref.id, now);
      for (let i = 0; sighting && i < count; i++) devices.notice(ref.id, sighting);
    }
  });
  return { stop };
}

function noticeTrain(
  devices: DeviceGroup,
  { stationId, line, direction, arrival, service }: TrainSighting,
): void {
  devices.notice(arrivalSensorId(stationId, line, direction), { line, arrival, service });
}

function noticeEntry(devices: DeviceGroup, { stationId, turnstile, line, service }: Entry): void {
  devices.notice(turnstileId(stationId, turnstile + 1), { line, arrival: null, service });
}
