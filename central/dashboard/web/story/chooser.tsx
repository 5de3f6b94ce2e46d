import { useEffect, useState } from "preact/hooks";
import type { StoryOffer } from "../../../../schemas/page/story.ts";
import { figure, span } from "../rules/words.ts";
import { useAnswer } from "../state/answer.ts";
import { storyHref } from "../state/route.ts";
import { useTrials } from "../state/trials.ts";
import { useNow } from "../state/use.ts";
import { WalkThrough } from "./walk-through.tsx";

/** Which entry? A new one, or one that came through a moment ago. */
export function Chooser({ problem = "" }: { readonly problem?: string }) {
  const trials = useTrials();
  const offers = useOffers();
  const now = useNow(1_000);
  const target = trials.offer.experiments.find(({ target }) => target?.includes("-T"))?.target ?? null;
  return (
    <article class="story" aria-labelledby="story">
      <header class="story-head">
        <h2 id="story">Follow one entry</h2>
        <a class="control" href="#/">
          Close
        </a>
      </header>
      <p class="story-lead">
        Somebody walks through a turnstile. A second later a number on this page is one greater. In between
        the entry passes eight hands, and each keeps it until the next one has it. See each of them, with the
        bytes that really lie there.
      </p>
      {problem === "" ? null : <p class="act">{problem}</p>}
      {target === null ? null : <WalkThrough deviceId={target} words={`Walk through turnstile ${target}`} />}
      <h3>{target === null ? "Entries that came through" : "Or one that came through"}</h3>
      {offers === null || offers.length === 0 ? (
        <p class="muted">None has come through since this server started.</p>
      ) : (
        <ul class="story-offers">
          {offers.map(({ deviceId, bootId, seq, stationName, at }) => (
            <li key={deviceId}>
              <a href={storyHref(`${deviceId}/${bootId}/${seq}`)}>
                {stationName}, {deviceId}: number {figure(seq)}
              </a>{" "}
              <span class="muted">{span(now - Date.parse(at))} ago</span>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

/** The offers of the moment at which the page was opened: a list that moves cannot be chosen from. */
function useOffers(): readonly StoryOffer[] | null {
  const newest = useAnswer<readonly StoryOffer[]>("/api/v1/stories");
  const [first, setFirst] = useState<readonly StoryOffer[] | null>(null);
  useEffect(() => {
    if (newest && newest.length > 0) setFirst((before) => before ?? newest);
  }, [newest]);
  return first;
}
