import { arrivalSensorId } from "../../../../schemas/network/devices.ts";
import type {
  DeviceAnswer,
  DeviceDetail,
  PathAnswer,
  StationAnswer,
  StationDetail,
  TrainAnswer,
  TrainDetail,
  WeatherAnswer,
} from "../../../../schemas/page/api.ts";
import type { StationView, TrainView, WeatherView } from "../../../../schemas/page/page.ts";
import { countDevice } from "../model/device-count.ts";
import type { KnownDevice } from "../model/devices.ts";
import type { Path } from "../model/last-readings.ts";
import type { Model } from "../model/model.ts";

export function trainAnswer({ id, line, direction, stationId, status, at, stale }: TrainView): TrainAnswer {
  return { id, line, direction, stationId, status, at: iso(at), stale };
}

export function trainDetail(train: TrainView, model: Model): TrainDetail {
  const reports = model.trains.reports(train.id).map(({ record, at }) => ({
    stationId: record.station_id,
    sensorId: arrivalSensorId(record.station_id, record.line, record.direction),
    status: record.train_status,
    at: iso(at),
  }));
  return { ...trainAnswer(train), startedAt: iso(train.startedAt), reports };
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

/** @param counted - is it known what dedup had counted? Otherwise it is not known how much waits before it. */
export function stationDetail(station: StationView, model: Model, counted: boolean): StationDetail {
  const devices = model.devices.all().filter((device) => device.stationId === station.id);
  const heard = devices.some((device) => device.kind === "turnstile" && device.state === "online");
  const path = model.readings.path(station.id);
  return {
    ...stationAnswer(station, model, devices),
    devices: devices.map((device) => deviceDetail(device, model, counted)),
    thisHour: model.history.thisHour(station.id),
    history: model.history.view(station.id, () => heard),
    calls: model.readings.calls(station.id).map((call) => ({ ...call, at: iso(call.at) })),
    path: path ? pathAnswer(path) : null,
  };
}

export function weatherAnswer(weather: WeatherView | null): WeatherAnswer | null {
  if (!weather) return null;
  const { temperature, status, service } = weather;
  return { temperature, status, serviceTime: service === null ? null : iso(service) };
}

function deviceAnswer({ id, kind, state, reported }: KnownDevice): DeviceAnswer {
  return { id, kind, state, lastSeen: reported.lastSeen === null ? null : iso(reported.lastSeen) };
}

function deviceDetail(device: KnownDevice, model: Model, counted: boolean): DeviceDetail {
  const { reported, reason, since } = device;
  const { positions } = reported;
  const count = counted && positions ? countDevice(positions, model.dedup.boots(device.id)) : null;
  return {
    ...deviceAnswer(device),
    reason,
    since: iso(since),
    frames: reported.frames,
    errors: reported.errors,
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
