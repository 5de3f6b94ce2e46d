import { DIRECTIONS, type Direction, type Line } from "../../../../schemas/network/network.ts";
import type { CallAnswer } from "../../../../schemas/page/api.ts";
import type { StationView } from "../../../../schemas/page/page.ts";
import { LineBadge } from "../lines/badge.tsx";
import { useStops } from "../lines/use-line.ts";
import { approaching } from "../rules/approach.ts";
import { orderOf, terminal } from "../rules/stops.ts";
import { useTexts } from "../state/language.tsx";
import { trainHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

interface Props {
  readonly station: StationView;
  readonly calls: readonly CallAnswer[];
}

/** Next and last trains, per line and direction. */
export function StationTrains({ station, calls }: Props) {
  const texts = useTexts();
  return (
    <section class="sheet-part">
      <h3>{texts.station.trains}</h3>
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
  const texts = useTexts();
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
      <LineBadge line={line} /> <span class="muted">{texts.station.to(towards)}</span>
      <p>
        {next ? (
          <>
            <strong>
              <a href={trainHref(next.train.id)}>{next.train.id}</a>
            </strong>{" "}
            {next.stops === 0
              ? texts.station.here
              : next.due > now
                ? texts.station.inAbout(next.due - now)
                : texts.station.due}
          </>
        ) : (
          <span class="muted">{texts.station.noTrain}</span>
        )}
        {last ? (
          <span class="call-last muted">{texts.station.last(last.trainId, now - Date.parse(last.at))}</span>
        ) : null}
      </p>
    </li>
  );
}
