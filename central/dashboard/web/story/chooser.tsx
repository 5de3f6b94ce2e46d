import { useEffect, useState } from "preact/hooks";
import type { StoryOffer } from "../../../../schemas/page/story.ts";
import { useAnswer } from "../state/answer.ts";
import { useTexts } from "../state/language.tsx";
import { storyHref } from "../state/route.ts";
import { useTrials } from "../state/trials.ts";
import { useNow } from "../state/use.ts";
import { WalkThrough } from "./walk-through.tsx";

/** Which entry? A new one, or one that came through a moment ago. */
export function Chooser({ problem = "" }: { readonly problem?: string }) {
  const texts = useTexts();
  const trials = useTrials();
  const offers = useOffers();
  const now = useNow(1_000);
  const target = trials.offer.experiments.find(({ target }) => target?.includes("-T"))?.target ?? null;
  return (
    <article class="story" aria-labelledby="story">
      <header class="story-head">
        <h2 id="story">{texts.story.follow}</h2>
        <a class="control" href="#/">
          {texts.page.close}
        </a>
      </header>
      <p class="story-lead">{texts.story.lead}</p>
      {problem === "" ? null : <p class="act">{problem}</p>}
      {target === null ? null : <WalkThrough deviceId={target} words={texts.story.walk(target)} />}
      <h3>{target === null ? texts.story.cameThrough : texts.story.orOne}</h3>
      {offers === null || offers.length === 0 ? (
        <p class="muted">{texts.story.none}</p>
      ) : (
        <ul class="story-offers">
          {offers.map(({ deviceId, bootId, seq, stationName, at }) => (
            <li key={deviceId}>
              <a href={storyHref(`${deviceId}/${bootId}/${seq}`)}>
                {texts.story.offer(stationName, deviceId, seq)}
              </a>{" "}
              <span class="muted">{texts.ago(now - Date.parse(at))}</span>
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
