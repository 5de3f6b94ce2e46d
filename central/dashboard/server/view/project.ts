import { parseDeviceId } from "../../../../schemas/network/devices.ts";
import { STATIONS } from "../../../../schemas/network/network.ts";
import type { FleetView } from "../../../../schemas/page/fleet.ts";
import type { IncidentView } from "../../../../schemas/page/incidents.ts";
import type { DeviceView, HopView, PageState, PartView, StationView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { LINK } from "../../../../schemas/wire/frame.ts";
import { countDevice, type DeviceCount } from "../model/device-count.ts";
import type { KnownDevice } from "../model/devices.ts";
import type { Model } from "../model/model.ts";
import { showsDevice, type Watched, watchedStations, watchedTrains } from "./watched.ts";

export interface Moment {
  /** Wall clock, epoch ms. */
  readonly now: number;
  readonly proof: ProofView | null;
  readonly hops: readonly HopView[];
  readonly writer: Pick<FleetView, "rate" | "waiting">;
  readonly incidents: readonly IncidentView[];
  readonly parts: readonly PartView[];
  /** Since when nothing comes from Kafka, wall ms; null: it comes. */
  readonly silentSince: number | null;
  readonly live: boolean;
  readonly watched: Watched;
}

/** What the page shows of what is known. */
export function project(
  model: Model,
  { now, proof, hops, incidents, writer, parts, silentSince, live, watched }: Moment,
): PageState {
  const clock = model.clock.view();
  const trains = watchedTrains(model.trains.view(now, clock?.speed ?? null), watched);
  const stations = watchedStations(drawn(model.stations(), trains), watched);
  const devices = model.devices.all().filter((device) => showsDevice(device, watched));
  return {
    stations: Object.fromEntries(stations.map((station) => [station.id, station])),
    entries: Object.fromEntries(model.summed),
    trains,
    devices: Object.fromEntries(devices.map((device) => [device.id, viewOf(device, model)])),
    vehicles: model.vehicles.view(now),
    incidents: Object.fromEntries(incidents.map((incident) => [incident.id, incident])),
    weather: model.weather,
    clock,
    hops,
    proof,
    fleet: { vehicles: model.vehicles.count, refused: model.vehicles.refused(), ...writer },
    parts,
    silentSince,
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

function backlog(count: DeviceCount): number {
  return count.inDevice + count.inOutbox;
}

function viewOf(device: KnownDevice, model: Model): DeviceView {
  const { id, kind, stationId, state, reason, since, reported } = device;
  const ref = parseDeviceId(id);
  const count = reported.positions ? countDevice(reported.positions, model.dedup.boots(id)) : null;
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
