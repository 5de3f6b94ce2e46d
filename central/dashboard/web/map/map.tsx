import { useMemo, useState } from "preact/hooks";
import type { Line } from "../../../../schemas/network/network.ts";
import type { StationView } from "../../../../schemas/page/page.ts";
import { VehiclesOnMap } from "../fleet/on-map.tsx";
import { useLines, useStops, useTrains } from "../lines/use-line.ts";
import { type NamedPoint, placeLabels } from "../rules/labels.ts";
import { ASIDES, type Lane } from "../rules/lanes.ts";
import { MAP, type Point, pathOf, polyline, project } from "../rules/projection.ts";
import { LINE_NAMES, terminal } from "../rules/stops.ts";
import { useTexts } from "../state/language.tsx";
import { usePage } from "../state/use.ts";
import { measuredWidth } from "./name-width.ts";
import { MapStation } from "./station.tsx";
import { MapTrain } from "./train.tsx";
import { useLanes } from "./use-lanes.ts";
import { RIVER, SHORE } from "./waters.ts";

const VIEW_BOX = `0 0 ${MAP.width} ${MAP.height}`;

/** The three lines where they are, near the Loop larger than life. */
export function LineMap() {
  const texts = useTexts();
  const stations = usePage(({ state }) => state?.stations);
  const places = useMemo(() => placesOf(stations ?? {}), [stations]);
  const tracks = { red: useTrack("red"), blue: useTrack("blue"), green: useTrack("green") };
  const labels = useMemo(
    () => placeLabels(places, [tracks.red, tracks.blue, tracks.green], measuredWidth()),
    [places, tracks.red, tracks.blue, tracks.green],
  );
  const lanes = useLanes(tracks, labels);
  const lines = useLines();
  const [current, setCurrent] = useState<number | null>(null);
  const tabbed = current ?? places[0]?.id;
  return (
    <section class="map" aria-label={texts.lines.mapOf}>
      <svg viewBox={VIEW_BOX} aria-hidden="true">
        <Waters />
        {lines.map((line) => (
          <Track key={line} line={line} points={tracks[line]} />
        ))}
      </svg>
      <svg viewBox={VIEW_BOX}>
        <title>{texts.lines.stations}</title>
        {places.map(({ station, x, y }) => (
          <MapStation
            key={station.id}
            station={station}
            x={x}
            y={y}
            label={labels.find(({ id }) => id === station.id)}
            tabbed={station.id === tabbed}
            onFocus={() => setCurrent(station.id)}
          />
        ))}
      </svg>
      <svg class="map-vehicles" viewBox={VIEW_BOX} aria-hidden="true">
        <VehiclesOnMap />
      </svg>
      {lines.map((line) => (
        <MapTrains key={line} line={line} points={tracks[line]} lanes={lanes} />
      ))}
    </section>
  );
}

interface LabelledStation extends NamedPoint {
  readonly station: StationView;
}

/** Stations that have a place; ends of lines and changes are named first. */
function placesOf(stations: Readonly<Record<string, StationView>>): LabelledStation[] {
  const all = Object.values(stations);
  const lastOf = (line: Line): number =>
    Math.max(...all.flatMap(({ stops }) => stops.filter((s) => s.line === line).map((s) => s.order)));
  const lasts = { red: lastOf("red"), blue: lastOf("blue"), green: lastOf("green") };
  return all.flatMap((station) => {
    const { id, name, lat, lon, stops } = station;
    if (lat === null || lon === null) return [];
    const end = stops.some(({ line, order }) => order === 0 || order === lasts[line]);
    return [{ id, name, station, rank: (end ? 2 : 0) + stops.length, ...project({ lat, lon }) }];
  });
}

function useTrack(line: Line): readonly Point[] {
  const stops = useStops(line);
  return useMemo(
    () =>
      stops.flatMap(({ station: { lat, lon } }) =>
        lat === null || lon === null ? [] : [project({ lat, lon })],
      ),
    [stops],
  );
}

function Waters() {
  const texts = useTexts();
  // To the edge of the view, however wide it is.
  const lake = `${pathOf(SHORE)}H${2 * MAP.width}V-100Z`;
  return (
    <g class="waters">
      <path class="lake" d={lake} />
      {RIVER.map((arm, i) => (
        <path key={i} class="river" d={pathOf(arm)} />
      ))}
      <text class="water-name" x={MAP.width - 24} y={MAP.height * 0.4} text-anchor="end">
        {texts.lines.lake}
      </text>
    </g>
  );
}

function Track({ line, points }: { readonly line: Line; readonly points: readonly Point[] }) {
  const d = polyline(points);
  return (
    <g class={`map-track line-${line}`}>
      <path class="map-casing" d={d} />
      <path class="map-line" d={d} />
      {line === "red" ? null : <path class="map-seam" d={d} />}
    </g>
  );
}

interface TrainsProps {
  readonly line: Line;
  readonly points: readonly Point[];
  /** By train. */
  readonly lanes: ReadonlyMap<string, Lane>;
}

function MapTrains({ line, points, lanes }: TrainsProps) {
  const texts = useTexts();
  const stops = useStops(line);
  const trains = useTrains(line);
  if (points.length < 2) return null;
  return (
    <ul class="trains" aria-label={texts.lines.trainsOf(LINE_NAMES[line])}>
      {trains.map((train) => (
        <MapTrain
          key={train.train.id}
          {...train}
          points={points}
          aside={lanes.get(train.train.id)?.aside ?? ASIDES[0]}
          towards={terminal(stops, train.train.direction)}
        />
      ))}
    </ul>
  );
}
