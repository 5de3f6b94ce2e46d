import { useEffect } from "preact/hooks";
import { SPEEDS, searchWith, tickFrom, ticksAt } from "../rules/replay.ts";
import { span, wall } from "../rules/words.ts";
import { useTimeline } from "../state/past.ts";
import { usePage } from "../state/use.ts";
import type { Player, PlayerView } from "./player.ts";
import { Scrubber } from "./scrubber.tsx";
import { usePlayer } from "./use-player.ts";

const STEPS: readonly (readonly [ms: number, text: string])[] = [
  [-60_000, "−1 min"],
  [-10_000, "−10 s"],
  [10_000, "+10 s"],
  [60_000, "+1 min"],
];

const day = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});

/** Says that this is the past, and which moment of it; goes to others, plays, and leads back. */
export function PastBar({ player }: { readonly player: Player }) {
  const view = usePlayer(player);
  const { leave } = useTimeline();
  useEffect(() => {
    const search = searchWith(location.search, view.at);
    if (search !== location.search)
      history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
  }, [view.at]);
  return (
    <section class="past" aria-label="Replay" data-drawn={view.drawn}>
      <div class="past-head">
        <p class="past-moment">
          <strong>Replay.</strong> <span class="past-more">You see </span>
          <time class="past-time">{wall(view.at)}</time>
          <span class="past-more"> {day.format(view.at)},</span>
          <Ago at={view.at} latest={view.history?.to ?? null} />
        </p>
        <button type="button" class="control past-leave" onClick={leave}>
          Back to live
        </button>
      </div>
      <Scrubber player={player} view={view} />
      <Controls player={player} view={view} />
      <Said view={view} />
    </section>
  );
}

/** How long before the server's present that is, as far as it is known. */
function Ago({ at, latest }: { readonly at: number; readonly latest: number | null }) {
  return latest === null ? null : <> {span(latest - at)} ago</>;
}

function Controls({ player, view }: { readonly player: Player; readonly view: PlayerView }) {
  const { playing, speed, at, history } = view;
  const ticks = history?.ticks ?? [];
  const events = [
    { step: -1, text: "Event before" },
    { step: 1, text: "Next event" },
  ] as const;
  return (
    <div class="past-controls">
      <button type="button" class="control past-play" onClick={() => player.play(!playing)}>
        <span class="glyph" data-glyph={playing ? "pause" : "resume"} aria-hidden="true" />
        {playing ? "Pause" : "Play"}
      </button>
      <fieldset class="past-speeds">
        <legend class="visually-hidden">Speed</legend>
        {SPEEDS.map((one) => (
          <button
            key={one}
            type="button"
            class="control"
            aria-pressed={one === speed}
            onClick={() => player.speed(one)}
          >
            {one}×
          </button>
        ))}
      </fieldset>
      <span class="past-steps">
        {STEPS.map(([ms, text]) => (
          <button key={ms} type="button" class="control" onClick={() => player.seek(at + ms)}>
            {text}
          </button>
        ))}
      </span>
      <span class="past-steps">
        {events.map(({ step, text }) => {
          const tick = tickFrom(ticks, at, step);
          return (
            <button
              key={step}
              type="button"
              class="control"
              disabled={!tick}
              title={tick?.words}
              onClick={() => tick && player.seek(tick.at)}
            >
              {text}
            </button>
          );
        })}
      </span>
    </div>
  );
}

/** What happened then, why there is nothing, and what is not known. */
function Said({ view: { at, history, problem, unknown, reading } }: { readonly view: PlayerView }) {
  const isShown = usePage(({ state }) => state !== null);
  const going = ticksAt(history?.ticks ?? [], at);
  return (
    <div class="past-said">
      <p role="status">
        {problem !== "" ? <strong class="act">{problem}</strong> : reading ? "Reading Kafka’s records." : ""}
        {problem === "" && !reading && isShown ? going.map(({ words }) => words).join(" ") : ""}
      </p>
      {unknown.length > 0 ? (
        <details class="past-unknown">
          <summary>Not known of this moment: {unknown.length}</summary>
          <ul>
            {unknown.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}
