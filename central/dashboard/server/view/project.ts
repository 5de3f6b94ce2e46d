import { parseDeviceId } from "../../../../schemas/network/devices.ts";
import { STATIONS } from "../../../../schemas/network/network.ts";
import type { FleetView } from "../../../../schemas/page/fleet.ts";
import {
  type DeviceView,
  HOPS,
  type HopName,
  type HopView,
  type PageState,
  type PartView,
  type ProofView,
  type StationView,
} from "../../../../schemas/page/page.ts";
import { LINK } from "../../../../schemas/wire/frame.ts";
import type { KnownDevice } from "../model/devices.ts";
import type { Model } from "../model/model.ts";
import { countDevice, type DeviceCount } from "../proof/positions.ts";

export interface Surroundings {
  /** Wall clock, epoch ms. */
  readonly now: number;
  readonly proof: ProofView | null;
  readonly hops: readonly HopView[];
  readonly writer: Pick<FleetView, "rate" | "waiting">;
  readonly parts: readonly PartView[];
  readonly live: boolean;
}

/** What the page shows of what is known. */
export function project(model: Model, { now, proof, hops, writer, parts, live }: Surroundings): PageState {
  const clock = model.clock.view();
  const trains = model.trains.view(now, clock?.speed ?? null);
  return {
    stations: Object.fromEntries(drawn(model.stations(), trains).map((station) => [station.id, station])),
    entries: Object.fromEntries(model.summed),
    trains,
    devices: Object.fromEntries(model.devices.all().map((device) => [device.id, viewOf(device, model)])),
    vehicles: model.vehicles.view(now),
    weather: model.weather,
    clock,
    hops,
    proof,
    fleet: { vehicles: model.vehicles.count, refused: model.vehicles.refused(), ...writer },
    parts,
    secondAgents: model.devices.secondAgents(now),
    live,
  };
}

/**
 * The stations of the database's table. At a first start trains report some seconds before Connect has brought that
 * table: until then they are drawn on the network file's stations. The API says only what the table says.
 */
function drawn(table: readonly StationView[], trains: PageState["trains"]): readonly StationView[] {
  if (table.length > 0 || Object.keys(trains).length === 0) return table;
  return STATIONS.map(({ id, name, lat, lon, stops }) => ({
    id,
    name,
    lat,
    lon,
    stops: stops.map(({ line, order }) => ({ line, order })),
  }));
}

/** What passes each hop, how long it takes, and what waits before it, for the pipeline. */
export function hopsOf(model: Model, now: number, proof: ProofView | null): HopView[] {
  const { clean, summed } = proof ?? { clean: null, summed: null };
  const waiting: Readonly<Record<HopName, number | null>> = {
    serial: proof?.inDevices ?? null,
    mqtt: proof?.inOutboxes ?? null,
    kafka: proof?.inKafka ?? null,
    ksql: clean !== null && summed !== null ? Math.max(0, clean - summed) : null,
  };
  const delays = model.delays.view(now);
  const rates = model.rates.view();
  return HOPS.map((name) => ({ name, rate: rates[name], ...delays[name], waiting: waiting[name] }));
}

function backlog(count: DeviceCount): number {
  return count.inDevice + count.inOutbox;
}

function viewOf(device: KnownDevice, model: Model): DeviceView {
  const { id, kind, stationId, state, reason, since, told } = device;
  const ref = parseDeviceId(id);
  const count = told.positions ? countDevice(told.positions, model.dedup.boots(id)) : null;
  return {
    id,
    kind,
    stationId,
    line: ref?.kind === "arrival" ? ref.line : null,
    state,
    reason,
    since,
    waiting: count === null || (state === "online" && backlog(count) <= LINK.window) ? null : backlog(count),
  };
}
