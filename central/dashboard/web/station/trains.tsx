import { DIRECTIONS, type Direction, type Line } from "../../../../schemas/network/network.ts";
import type { CallAnswer } from "../../../../schemas/page/api.ts";
import type { StationView } from "../../../../schemas/page/page.ts";
import { LineBadge } from "../lines/badge.tsx";
import { useStops } from "../lines/use-line.ts";
import { approaching } from "../rules/approach.ts";
import { orderOf, terminal } from "../rules/stops.ts";
import { span } from "../rules/words.ts";
import { trainHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

interface Props {
  readonly station: StationView;
  readonly calls: readonly CallAnswer[];
}

/** Next and last trains, per line and direction. */
export function StationTrains({ station, calls }: Props) {
  return (
    <section class="sheet-part">
      <h3>Trains</h3>
      <ul class="platforms">
        {station.stops.flatMap(({ line, order }) =>
          DIRECTIONS.map((direction) => (
            <Platform key={`${line}-${direction}`} {...{ line, order, direction }} calls={calls} />
          )),
        )}
      </ul>
    </section>
  );
}

interface PlatformProps {
  readonly line: Line;
  readonly order: number;
  readonly direction: Direction;
  readonly calls: readonly CallAnswer[];
}

function Platform({ line, order, direction, calls }: PlatformProps) {
  const trains = usePage(({ state }) => state?.trains);
  const stations = usePage(({ state }) => state?.stations);
  const stops = useStops(line);
  const now = useNow(1_000);
  const towards = terminal(stops, direction);
  if (stops[direction === "a" ? 0 : stops.length - 1]?.order === order) return null;
  const [next] = approaching(Object.values(trains ?? {}), { line, order, direction }, (train) =>
    orderOf(stations?.[train.stationId], line),
  );
  const last = calls.find((call) => call.line === line && call.direction === direction);
  return (
    <li>
      <LineBadge line={line} /> <span class="muted">to {towards}</span>
      <p>
        {next ? (
          <>
            <strong>
              <a href={trainHref(next.train.id)}>{next.train.id}</a>
            </strong>{" "}
            {next.stops === 0 ? "is here" : next.due > now ? `in about ${span(next.due - now)}` : "is due"}
          </>
        ) : (
          <span class="muted">no train on its way</span>
        )}
        {last ? (
          <span class="call-last muted">
            last {last.trainId}, {span(now - Date.parse(last.at))} ago
          </span>
        ) : null}
      </p>
    </li>
  );
}
