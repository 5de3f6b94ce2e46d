import { useMemo, useState } from "preact/hooks";
import { DIRECTIONS, type Line } from "../../../../schemas/network/network.ts";
import { LineBadge } from "../lines/badge.tsx";
import { useLines, useStops } from "../lines/use-line.ts";
import { trainWords } from "../rules/freshness.ts";
import { type Gap, type Headway, headwayOf } from "../rules/headway.ts";
import { LINE_NAMES, terminal } from "../rules/stops.ts";
import { minutes } from "../rules/words.ts";
import { useNow, usePage } from "../state/use.ts";
import { GapTrack } from "./gap-track.tsx";

/** How evenly the trains of each line and direction follow one another, and why not, where that is known. */
export function Headways() {
  const lines = useLines();
  const [noted, setNoted] = useState(false);
  const some = usePage(({ state }) => Object.keys(state?.trains ?? {}).length > 0);
  return (
    <section class="headways" aria-labelledby="headway">
      <div class="headways-head">
        <h2 id="headway">Headway</h2>
        <span class="muted">in service minutes</span>
        <button type="button" class="control" aria-pressed={noted} onClick={() => setNoted(!noted)}>
          Notes
        </button>
      </div>
      {some ? (
        lines.map((line) => <LineHeadway key={line} line={line} noted={noted} />)
      ) : (
        <p class="muted">No train has been seen yet.</p>
      )}
    </section>
  );
}

function LineHeadway({ line, noted }: { readonly line: Line; readonly noted: boolean }) {
  const stops = useStops(line);
  const trains = usePage(({ state }) => state?.trains);
  const devices = usePage(({ state }) => state?.devices);
  const speed = usePage(({ state }) => state?.clock?.speed ?? null);
  const now = useNow(1_000);
  const both = useMemo(() => {
    const ours = Object.values(trains ?? {}).filter((train) => train.line === line);
    const sensors = Object.values(devices ?? {}).filter((device) => device.line === line);
    return DIRECTIONS.map((direction) => headwayOf({ line, direction }, stops, ours, sensors, now));
  }, [trains, devices, stops, line, now]);
  return (
    <ul class={`headway line-${line}`} aria-label={`${LINE_NAMES[line]} line`}>
      {both.map((headway) => {
        const { direction, gaps } = headway;
        return (
          <li key={direction}>
            <LineBadge line={line} />
            <span class="headway-to">
              <span class="visually-hidden">to </span>
              {breakable(terminal(stops, direction))}
            </span>
            <GapTrack gaps={gaps} last={stops.at(-1)?.order ?? 1} />
            <span class="headway-span">{range(headway, speed)}</span>
            {gaps
              .filter(({ mark }) => noted && mark !== "even")
              .map((gap) => (
                <span key={gap.follower.train.id} class="headway-note" data-mark={gap.mark}>
                  {note(gap, speed)}
                </span>
              ))}
          </li>
        );
      })}
    </ul>
  );
}

/** A narrow column may break "Harlem/Lake" after its slash. */
function breakable(name: string) {
  const [first, ...rest] = name.split("/");
  return [first, ...rest.flatMap((part) => ["/", <wbr key={part} />, part])];
}

/** "3–9 min" by the service clock. */
function range({ gaps, trains, unseen }: Headway, speed: number | null): string {
  if (gaps.length === 0)
    return trainWords(Array.from({ length: trains + unseen }, (_, i) => ({ stale: i >= trains })));
  const times = gaps.map(({ ms }) => minutes(ms, speed));
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return least === most ? `${least} min` : `${least}–${most} min`;
}

function note({ mark, leader, follower, ms, cause }: Gap, speed: number | null): string {
  const pair = `${leader.train.id} and ${follower.train.id}`;
  const what =
    mark === "long"
      ? `Long gap: ${minutes(ms, speed)} min between ${pair}`
      : `Bunched: ${pair}, ${minutes(ms, speed)} min apart`;
  return `${what}${cause ? `; ${cause}` : ""}.`;
}
