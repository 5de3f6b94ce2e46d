import type { Tick } from "../../../../schemas/page/history.ts";
import { useTexts } from "../state/language.tsx";
import type { Player, PlayerView } from "./player.ts";

const SECOND_MS = 1_000;
const PAGE_MS = 60_000;

/** From the earliest moment that Kafka holds to now, with what happened in between. Arrows: seconds; page keys: minutes. */
export function Scrubber({ player, view }: { readonly player: Player; readonly view: PlayerView }) {
  const texts = useTexts();
  const { at, history, playing } = view;
  const from = history?.from ?? at;
  const to = Math.max(history?.to ?? at, from + SECOND_MS);
  const pressed = (event: KeyboardEvent): void => {
    const step = { PageUp: PAGE_MS, PageDown: -PAGE_MS }[event.key];
    if (step !== undefined) player.seek(at + step);
    else if (event.key === " ") player.play(!playing);
    else return;
    event.preventDefault();
  };
  return (
    <div class="scrubber">
      <span class="scrubber-end">{history?.from == null ? "" : texts.wall(from)}</span>
      <div class="scrubber-track">
        <input
          type="range"
          class="scrubber-range"
          min={from}
          max={to}
          step={SECOND_MS}
          value={at}
          aria-label={texts.replay.moment}
          aria-valuetext={texts.wall(at)}
          onInput={({ currentTarget }) => player.seek(Number(currentTarget.value))}
          onKeyDown={pressed}
        />
        <div class="scrubber-ticks" aria-hidden="true">
          {(history?.ticks ?? []).map((tick) => (
            <Mark key={`${tick.kind}${tick.at}${tick.words}`} tick={tick} from={from} to={to} />
          ))}
        </div>
      </div>
      <span class="scrubber-end">{texts.replay.now}</span>
    </div>
  );
}

/** Those who use keys or hear the page go from event to event by the buttons below. */
function Mark({ tick, from, to }: { readonly tick: Tick; readonly from: number; readonly to: number }) {
  const texts = useTexts();
  const { at, until, kind } = tick;
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - from) / (to - from)));
  if ((until ?? at) < from) return null;
  const length = until === null ? 0 : share(until) - share(at);
  return (
    <i
      class="scrubber-tick"
      data-kind={kind}
      title={`${texts.wall(at)} ${texts.replay.tick(tick)}`}
      style={{ left: `${(100 * share(at)).toFixed(2)}%`, width: `max(2px, ${(100 * length).toFixed(2)}%)` }}
    />
  );
}
