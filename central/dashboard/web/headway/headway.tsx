import { useMemo, useState } from "preact/hooks";
import { DIRECTIONS, type Line } from "../../../../schemas/network/network.ts";
import { LineBadge } from "../lines/badge.tsx";
import { useLines, useStops } from "../lines/use-line.ts";
import { trainWords } from "../rules/freshness.ts";
import { type Gap, type Headway, headwayOf } from "../rules/headway.ts";
import { LINE_NAMES, terminal } from "../rules/stops.ts";
import { minutes } from "../rules/words.ts";
import { useTexts } from "../state/language.tsx";
import { useNow, usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";
import { GapTrack } from "./gap-track.tsx";

/** How evenly the trains of each line and direction follow one another, and why not, where that is known. */
export function Headways() {
  const texts = useTexts();
  const lines = useLines();
  const [noted, setNoted] = useState(false);
  const some = usePage(({ state }) => Object.keys(state?.trains ?? {}).length > 0);
  return (
    <section class="headways" aria-labelledby="headway">
      <div class="headways-head">
        <h2 id="headway">{texts.headway.title}</h2>
        <span class="muted">{texts.headway.unit}</span>
        <button type="button" class="control" aria-pressed={noted} onClick={() => setNoted(!noted)}>
          {texts.headway.notes}
        </button>
      </div>
      {some ? (
        lines.map((line) => <LineHeadway key={line} line={line} noted={noted} />)
      ) : (
        <p class="muted">{texts.headway.noTrain}</p>
      )}
    </section>
  );
}

function LineHeadway({ line, noted }: { readonly line: Line; readonly noted: boolean }) {
  const texts = useTexts();
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
    <ul class={`headway line-${line}`} aria-label={texts.lines.line(LINE_NAMES[line])}>
      {both.map((headway) => {
        const { direction, gaps } = headway;
        return (
          <li key={direction}>
            <LineBadge line={line} />
            <span class="headway-to">
              <span class="visually-hidden">{texts.headway.to}</span>
              {breakable(terminal(stops, direction))}
            </span>
            <GapTrack gaps={gaps} last={stops.at(-1)?.order ?? 1} />
            <span class="headway-span">{range(headway, speed, texts)}</span>
            {gaps
              .filter(({ mark }) => noted && mark !== "even")
              .map((gap) => (
                <span key={gap.follower.train.id} class="headway-note" data-mark={gap.mark}>
                  {note(gap, speed, texts)}
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
function range({ gaps, trains, unseen }: Headway, speed: number | null, texts: Texts): string {
  if (gaps.length === 0)
    return trainWords(
      Array.from({ length: trains + unseen }, (_, i) => ({ stale: i >= trains })),
      texts,
    );
  const times = gaps.map(({ ms }) => minutes(ms, speed));
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return least === most ? texts.page.minutes(least) : texts.page.minutesTo(least, most);
}

function note(gap: Gap, speed: number | null, { headway }: Texts): string {
  const { mark, leader, follower, ms, cause } = gap;
  const say = mark === "long" ? headway.longGap : headway.bunched;
  const what = say(minutes(ms, speed), leader.train.id, follower.train.id);
  return `${what}${cause ? `; ${headway.cause[cause.kind](cause.name)}` : ""}.`;
}
