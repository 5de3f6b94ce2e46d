import { useState } from "preact/hooks";
import { orderProblemWords } from "../rules/trial.ts";
import { useTexts } from "../state/language.tsx";
import { storyHref } from "../state/route.ts";
import { useTrials } from "../state/trials.ts";

interface Props {
  readonly deviceId: string;
  readonly words: string;
}

/** Presses a turnstile and goes to the story of that entry. */
export function WalkThrough({ deviceId, words }: Props) {
  const texts = useTexts();
  const trials = useTrials();
  const [under, setUnder] = useState(false);
  const walk = async (): Promise<void> => {
    setUnder(true);
    const entry = await trials.press(deviceId);
    setUnder(false);
    if (entry) location.hash = storyHref(`${entry.deviceId}/${entry.bootId}/${entry.seq}`);
  };
  if (trials.offer.access !== "yes") return null;
  return (
    <>
      <button type="button" class="control story-walk" disabled={under} onClick={() => void walk()}>
        {words}
      </button>
      {trials.problem === null ? null : (
        <p class="act" role="alert">
          {orderProblemWords(trials.problem, texts)}
        </p>
      )}
    </>
  );
}
