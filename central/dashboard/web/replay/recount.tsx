import { useEffect, useState } from "preact/hooks";
import type { RecountAnswer } from "../../../../schemas/page/history.ts";
import { problemWords, RECOUNTED_MS, rawWords, recountWords } from "../rules/replay.ts";
import { useTexts } from "../state/language.tsx";
import { usePage } from "../state/use.ts";
import type { Player } from "./player.ts";
import { NoAnswer, type PastSource } from "./source.ts";
import { usePlayer } from "./use-player.ts";

/** While it plays, a count is made no more often, ms. */
const PLAYING_MS = 4_000;
const STANDING_MS = 400;

/** The last minute before the moment, counted again from its records; and whether the auditor's own word is still there. */
export function Recount({ player, source }: { readonly player: Player; readonly source: PastSource }) {
  const texts = useTexts();
  const { at, playing, problem } = usePlayer(player);
  const [count, setCount] = useState<RecountAnswer | string | null>(null);
  const isKnown = usePage(({ state }) => state !== null);
  const proof = usePage(({ state }) => state?.proof ?? null);
  // Standing, each moment has its count; playing, one is made now and then.
  const wanted = playing ? 0 : at;
  useEffect(() => {
    const abort = new AbortController();
    const { clock } = player.store;
    let stop = (): void => {};
    const ask = (): void => {
      const to = player.view.at + 1_000;
      source.recount(to - RECOUNTED_MS, to, abort.signal).then(setCount, (error: unknown) => {
        if (abort.signal.aborted) return;
        setCount(error instanceof Error ? error.message : String(error));
        // Playing, it is asked for again anyway.
        const retryMs = error instanceof NoAnswer ? error.retryMs : null;
        if (!playing && retryMs !== null) stop = clock.after(retryMs, ask);
      });
    };
    stop = playing ? clock.every(PLAYING_MS, ask) : clock.after(STANDING_MS, ask);
    return () => {
      abort.abort();
      stop();
    };
  }, [player, source, playing, wanted]);
  if (!isKnown || problem !== "") return null;
  return (
    <section class="recount" aria-label={texts.replay.countedAgain}>
      {proof ? null : <p class="act">{texts.replay.noAuditor}</p>}
      <p>
        <strong>{texts.replay.fromRecords}</strong>{" "}
        {count === null || typeof count === "string" ? (
          <span class="muted">{count === null ? texts.replay.readingNow : problemWords(count, texts)}</span>
        ) : (
          <span data-whole={count.whole} class={count.whole ? "" : "recount-wrong"}>
            {recountWords(count, texts)} <span class="muted">{rawWords(count, texts)}</span>
          </span>
        )}
      </p>
    </section>
  );
}
