import type { Line } from "../../../../schemas/network/network.ts";
import { LINE_NAMES, type Stop, terminal } from "../rules/stops.ts";
import { useTexts } from "../state/language.tsx";
import { stationHref } from "../state/route.ts";
import { LineBadge } from "./badge.tsx";
import { TrainMark } from "./train-mark.tsx";
import { useEntries, useHealth, useStops, useTrains } from "./use-line.ts";
import { walkStops } from "./walk.ts";

/** One line from top to bottom, for narrow screens: up on the left, down on the right, names and entries beside. */
export function VerticalStrip({ line }: { readonly line: Line }) {
  const texts = useTexts();
  const stops = useStops(line);
  const trains = useTrains(line);
  const last = Math.max(1, stops.length - 1);
  return (
    <section class={`column line-${line}`} aria-label={texts.lines.line(LINE_NAMES[line])}>
      <ol class="rows">
        {stops.map((stop, i) => (
          <Row
            key={stop.station.id}
            stop={stop}
            line={line}
            end={i === 0 ? "first" : i === last ? "last" : null}
          />
        ))}
      </ol>
      <ul class="trains" aria-label={texts.lines.trainsOf(LINE_NAMES[line])}>
        {trains.map((train) => (
          <TrainMark
            key={train.train.id}
            {...train}
            axis="down"
            last={last}
            towards={terminal(stops, train.train.direction)}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly stop: Stop;
  readonly line: Line;
  readonly end: "first" | "last" | null;
}

function Row({ stop: { station }, line, end }: RowProps) {
  const texts = useTexts();
  const entries = useEntries(station.id);
  const health = useHealth(station.id, line);
  return (
    <li class="row" data-health={health} data-end={end} data-change={station.stops.length > 1}>
      <a href={stationHref(station.id)} onKeyDown={walkStops}>
        <span class="row-line" aria-hidden="true">
          <span class="stop-dot" />
        </span>
        <span class="row-name">
          {station.name}
          {station.stops
            .filter((stop) => stop.line !== line)
            .map((stop) => (
              <LineBadge key={stop.line} line={stop.line} />
            ))}
          {health === "silent" ? <span class="row-note act">{texts.lines.deviceSilent}</span> : null}
        </span>
        <span class="row-entries" data-missing={entries === null}>
          {texts.figure(entries)}
        </span>
      </a>
    </li>
  );
}
