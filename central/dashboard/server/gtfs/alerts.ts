import { directionOf, parseDeviceId } from "../../../../schemas/network/devices.ts";
import { type Line, stationById } from "../../../../schemas/network/network.ts";
import { platformOf } from "../../../../schemas/network/service.ts";
import type { DeviceView, PageState, TrainView } from "../../../../schemas/page/page.ts";
import type { Alert, EntitySelector, FeedEntity, TranslatedString } from "./feed-message.ts";
import { AGENCY_ID, directionIdOf, lineName } from "./names.ts";
import { reports, seconds } from "./trips.ts";

/** What a passenger should know: trains that stand, platforms that are not watched, and that nothing is known. */
export function alerts(state: PageState): FeedEntity[] {
  if (isBlind(state)) return [nothingHeard(state.silentSince ?? 0)];
  const trains = Object.values(state.trains).filter(
    (train) => train.status === "broken_down" && reports(train),
  );
  return [...trains.map(brokenDown), ...silentStations(Object.values(state.devices))];
}

/** Nothing is heard of devices or of trains: where they are is not known. */
export function isBlind({ silentSince, trains }: PageState): boolean {
  return silentSince !== null && !Object.values(trains).some(reports);
}

function brokenDown(train: TrainView): FeedEntity {
  const at = stationById(train.stationId)?.name ?? "";
  return alert(`broken-down-${train.id}`, train.at, [selectorOf(train)], "SIGNIFICANT_DELAYS", [
    [`${lineName(train.line)}: a train is broken down at ${at}`, `Trains behind ${train.id} wait for it.`],
    [
      `${lineName(train.line)}: un tren está averiado en ${at}`,
      `Los trenes detrás de ${train.id} lo esperan.`,
    ],
  ]);
}

interface SilentSensor {
  readonly stationId: number;
  readonly since: number;
  readonly selector: EntitySelector;
}

/** One alert for each station: what makes one sensor silent mostly makes all of them silent. */
function silentStations(devices: readonly DeviceView[]): FeedEntity[] {
  const sensors = devices.flatMap(silentSensor);
  return [...new Set(sensors.map(({ stationId }) => stationId))].map((stationId) => {
    const silent = sensors.filter((sensor) => sensor.stationId === stationId);
    const name = stationById(stationId)?.name ?? "";
    const since = Math.min(...silent.map((sensor) => sensor.since));
    const selectors = silent.map(({ selector }) => selector);
    return alert(`silent-${stationId}`, since, selectors, "UNKNOWN_EFFECT", [
      [`${name}: no reports from its platforms`, "Trains may stop there without being shown."],
      [`${name}: sin informes de sus andenes`, "Puede haber trenes que no se muestran."],
    ]);
  });
}

function silentSensor({ id, kind, state, stationId, since }: DeviceView): SilentSensor[] {
  if (kind !== "arrival" || (state !== "offline" && state !== "stale")) return [];
  const ref = parseDeviceId(id);
  if (ref?.kind !== "arrival") return [];
  const selector = selectorOf({ line: ref.line, direction: directionOf(ref.side), stationId });
  return [{ stationId, since, selector }];
}

function nothingHeard(since: number): FeedEntity {
  return alert("no-reports", since, [{ agencyId: AGENCY_ID }], "UNKNOWN_EFFECT", [
    ["No reports from any line", "Where the trains are is not known."],
    ["Sin informes de ninguna línea", "No se sabe dónde están los trenes."],
  ]);
}

function selectorOf(
  at: Pick<TrainView, "direction" | "stationId"> & { readonly line: Line },
): EntitySelector {
  const station = stationById(at.stationId);
  return {
    routeId: at.line,
    directionId: directionIdOf(at.direction),
    ...(station ? { stopId: String(platformOf(station, at.line, at.direction).stopId) } : {}),
  };
}

type AlertWords = readonly [header: string, description: string];

function alert(
  id: string,
  since: number,
  informedEntity: readonly EntitySelector[],
  effect: Alert["effect"],
  [english, spanish]: readonly [AlertWords, AlertWords],
): FeedEntity {
  const text = (part: 0 | 1): TranslatedString => ({
    translation: [
      { text: english[part], language: "en" },
      { text: spanish[part], language: "es" },
    ],
  });
  return {
    id,
    alert: {
      activePeriod: [{ start: seconds(since) }],
      informedEntity,
      cause: "TECHNICAL_PROBLEM",
      effect,
      headerText: text(0),
      descriptionText: text(1),
    },
  };
}
