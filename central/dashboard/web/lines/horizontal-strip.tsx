import { useState } from "preact/hooks";
import type { Line } from "../../../../schemas/network/network.ts";
import { trainWords } from "../rules/freshness.ts";
import { LINE_NAMES, type Stop, terminal } from "../rules/stops.ts";
import { useTexts } from "../state/language.tsx";
import { stationHref } from "../state/route.ts";
import { LineBadge } from "./badge.tsx";
import { TrainMark } from "./train-mark.tsx";
import { useBusiest, useEntries, useHealth, useStops, useTrains } from "./use-line.ts";
import { walkStops } from "./walk.ts";

/** One line from end to end: names above, trains of direction b over the line, those of a under it, entries as bars. */
export function HorizontalStrip({ line }: { readonly line: Line }) {
  const texts = useTexts();
  const stops = useStops(line);
  const trains = useTrains(line);
  const last = Math.max(1, stops.length - 1);
  const [current, setCurrent] = useState(0);
  return (
    <section class={`strip line-${line}`} aria-labelledby={`strip-${line}`}>
      <header class="strip-head">
        <LineBadge line={line} />
        <h2 id={`strip-${line}`} class="visually-hidden">
          {texts.lines.line(LINE_NAMES[line])}
        </h2>
        <p class="strip-count">
          {trainWords(
            trains.map(({ train }) => train),
            texts,
          )}
        </p>
      </header>
      <div class="track" style={{ "--last": last }}>
        <div class="rail" aria-hidden="true" />
        <ol class="stops">
          {stops.map((stop) => (
            <StopMark
              key={stop.station.id}
              stop={stop}
              line={line}
              current={stop.order === current}
              onFocus={() => setCurrent(stop.order)}
            />
          ))}
        </ol>
        <ul class="trains" aria-label={texts.lines.trainsOf(LINE_NAMES[line])}>
          {trains.map((train) => (
            <TrainMark
              key={train.train.id}
              {...train}
              axis="across"
              last={last}
              towards={terminal(stops, train.train.direction)}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}

interface StopProps {
  readonly stop: Stop;
  readonly line: Line;
  /** One stop of a line is in the tab order; arrows walk the others. */
  readonly current: boolean;
  readonly onFocus: () => void;
}

function StopMark({ stop, line, current, onFocus }: StopProps) {
  const texts = useTexts();
  const { station, order } = stop;
  const entries = useEntries(station.id);
  const busiest = useBusiest();
  const health = useHealth(station.id, line);
  const share = entries === null || busiest === 0 ? 0 : entries / busiest;
  const counted = entries === null ? texts.figure(null) : texts.page.entries(entries);
  const words = `${station.name}: ${counted}`;
  return (
    <li class="stop" data-health={health} data-change={station.stops.length > 1} style={{ "--order": order }}>
      <a
        href={stationHref(station.id)}
        tabIndex={current ? 0 : -1}
        onFocus={onFocus}
        onKeyDown={walkStops}
        title={health === "silent" ? `${words}; ${texts.lines.deviceSilent}` : words}
      >
        <span class="stop-name">{station.name}</span>
        <span class="stop-dot" aria-hidden="true" />
        <span class="stop-bar" aria-hidden="true" style={{ "--share": share.toFixed(3) }} />
        <span class="visually-hidden">
          {counted}
          {health === "silent" ? `, ${texts.lines.deviceSilent}` : ""}
        </span>
      </a>
    </li>
  );
}
