import { useEffect } from "preact/hooks";
import { problemWords, SPEEDS, searchWith, tickFrom, ticksAt } from "../rules/replay.ts";
import { serverWords, useTexts } from "../state/language.tsx";
import { useTimeline } from "../state/past.ts";
import { usePage } from "../state/use.ts";
import type { Player, PlayerView } from "./player.ts";
import { Scrubber } from "./scrubber.tsx";
import { usePlayer } from "./use-player.ts";

const STEPS_MS = [-60_000, -10_000, 10_000, 60_000] as const;

/** Says that this is the past, and which moment of it; goes to others, plays, and leads back. */
export function PastBar({ player }: { readonly player: Player }) {
  const texts = useTexts();
  const view = usePlayer(player);
  const { leave } = useTimeline();
  useEffect(() => {
    const search = searchWith(location.search, view.at);
    if (search !== location.search)
      history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
  }, [view.at]);
  return (
    <section
      class="past"
      aria-label={texts.replay.label}
      data-drawn={view.drawn}
      data-refused={view.problem !== ""}
    >
      <div class="past-head">
        <p class="past-moment">
          <strong>{texts.replay.head}</strong> <span class="past-more">{texts.replay.youSee}</span>
          <time class="past-time">{texts.wall(view.at)}</time>
          <span class="past-more"> {texts.weekday(view.at)},</span>
          <Ago at={view.at} latest={view.history?.to ?? null} />
        </p>
        <button type="button" class="control past-leave" onClick={leave}>
          {texts.replay.back}
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
  const texts = useTexts();
  return latest === null ? null : texts.replay.ago(latest - at);
}

function Controls({ player, view }: { readonly player: Player; readonly view: PlayerView }) {
  const texts = useTexts();
  const { playing, speed, at, history } = view;
  const ticks = history?.ticks ?? [];
  const events = [
    { step: -1, text: texts.replay.before },
    { step: 1, text: texts.replay.next },
  ] as const;
  return (
    <div class="past-controls">
      <button type="button" class="control past-play" onClick={() => player.play(!playing)}>
        <span class="glyph" data-glyph={playing ? "pause" : "resume"} aria-hidden="true" />
        {playing ? texts.page.pause : texts.replay.play}
      </button>
      <fieldset class="past-speeds">
        <legend class="visually-hidden">{texts.replay.speed}</legend>
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
        {STEPS_MS.map((ms, i) => (
          <button key={ms} type="button" class="control" onClick={() => player.seek(at + ms)}>
            {texts.replay.steps[i]}
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
              title={tick && texts.replay.tick(tick)}
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
  const texts = useTexts();
  const isShown = usePage(({ state }) => state !== null);
  const going = ticksAt(history?.ticks ?? [], at);
  return (
    <div class="past-said">
      <p role="status">
        {problem !== "" ? (
          <strong class="act">{problemWords(problem, texts)}</strong>
        ) : reading ? (
          texts.replay.reading
        ) : (
          ""
        )}
        {problem === "" && !reading && isShown ? going.map(texts.replay.tick).join(" ") : ""}
      </p>
      {unknown.length > 0 ? (
        <details class="past-unknown">
          <summary>{texts.replay.unknown(unknown.length)}</summary>
          <ul {...serverWords(texts)}>
            {unknown.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}
