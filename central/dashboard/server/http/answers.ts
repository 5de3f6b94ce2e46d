import type { StationView, TrainView, WeatherView } from "../../../../schemas/page.ts";
import type { KnownDevice } from "../model/devices.ts";
import type { Call, Path } from "../model/last-readings.ts";
import type { Model } from "../model/model.ts";
import { countDevice } from "../proof/positions.ts";

/** The HTTP API's answers: shapes of `/api/v1`, for programs. null means "no data". Times are ISO 8601. */
export interface TrainAnswer {
  readonly id: string;
  readonly line: string;
  readonly direction: string;
  readonly stationId: number;
  readonly status: string;
  readonly at: string;
  readonly stale: boolean;
}

export interface DeviceAnswer {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly lastSeen: string | null;
}

export interface StationAnswer {
  readonly id: number;
  readonly name: string;
  readonly lines: readonly string[];
  readonly entries: number | null;
  readonly devices: readonly DeviceAnswer[];
}

export interface DeviceDetail extends DeviceAnswer {
  readonly reason: string;
  readonly since: string;
  readonly frames: number;
  readonly errors: number;
  readonly numbered: number | null;
  readonly waiting: number | null;
}

export interface StationDetail extends Omit<StationAnswer, "devices"> {
  readonly devices: readonly DeviceDetail[];
  /** Since the service clock's last full hour, as far as this server has watched. */
  readonly thisHour: number | null;
  /** Per five minutes of the service clock, oldest first; null: no data. */
  readonly history: readonly (number | null)[];
  /** The last trains, newest first. */
  readonly calls: readonly (Omit<Call, "at"> & { readonly at: string })[];
  /** The last entry's time at every hop. */
  readonly path: PathAnswer | null;
}

export interface PathAnswer {
  readonly deviceId: string | null;
  readonly service: string;
  readonly device: string;
  readonly edge: string;
  readonly gateway: string;
  readonly dedup: string;
  readonly page: string;
}

export function trainAnswer({ id, line, direction, stationId, status, at, stale }: TrainView): TrainAnswer {
  return { id, line, direction, stationId, status, at: iso(at), stale };
}

export function stationAnswer(
  station: StationView,
  model: Model,
  devices: readonly KnownDevice[],
): StationAnswer {
  return {
    id: station.id,
    name: station.name,
    lines: station.stops.map(({ line }) => line),
    entries: model.summed.get(station.id) ?? null,
    devices: devices.filter((device) => device.stationId === station.id).map(deviceAnswer),
  };
}

export function stationDetail(station: StationView, model: Model): StationDetail {
  const devices = model.devices.all().filter((device) => device.stationId === station.id);
  const heard = devices.some((device) => device.kind === "turnstile" && device.state === "online");
  const path = model.readings.path(station.id);
  return {
    ...stationAnswer(station, model, devices),
    devices: devices.map((device) => deviceDetail(device, model)),
    thisHour: model.history.thisHour(station.id),
    history: model.history.view(station.id, () => heard),
    calls: model.readings.calls(station.id).map((call) => ({ ...call, at: iso(call.at) })),
    path: path ? pathAnswer(path) : null,
  };
}

export function weatherAnswer(weather: WeatherView | null): Record<string, unknown> | null {
  if (!weather) return null;
  const { temperature, status, service } = weather;
  return { temperature, status, serviceTime: service === null ? null : iso(service) };
}

function deviceAnswer({ id, kind, state, told }: KnownDevice): DeviceAnswer {
  return { id, kind, state, lastSeen: told.lastSeen === null ? null : iso(told.lastSeen) };
}

function deviceDetail(device: KnownDevice, model: Model): DeviceDetail {
  const { told, reason, since } = device;
  const count = told.positions ? countDevice(told.positions, model.dedup.boots(device.id)) : null;
  return {
    ...deviceAnswer(device),
    reason,
    since: iso(since),
    frames: told.frames,
    errors: told.errors,
    numbered: count?.numbered ?? null,
    waiting: count ? count.inDevice + count.inOutbox + count.inKafka : null,
  };
}

function pathAnswer({ deviceId, times, page }: Path): PathAnswer {
  const { service, device, edge, gateway, dedup } = times;
  return {
    deviceId,
    service: iso(service),
    device: iso(device),
    edge: iso(edge),
    gateway: iso(gateway),
    dedup: iso(dedup),
    page: iso(page),
  };
}

/** What no Date can hold came from outside and is shown as the beginning of time. */
function iso(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString();
}
