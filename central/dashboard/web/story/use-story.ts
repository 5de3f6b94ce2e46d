import { useContext, useEffect, useState } from "preact/hooks";
import type { StoryAnswer } from "../../../../schemas/page/story.ts";
import { goesOn } from "../rules/story.ts";
import { StoreContext } from "../state/use.ts";

const PERIOD_MS = 1_000;

export interface StoryNow {
  readonly story: StoryAnswer | null;
  /** Why there is none; empty: there is, or it is being asked for. */
  readonly problem: string;
}

/** A reading's story, asked for again while there is more to come and the reader has not paused it. */
export function useStory(of: string, paused: boolean): StoryNow {
  const { clock } = useContext(StoreContext);
  const [now, setNow] = useState<StoryNow>({ story: null, problem: "" });
  const over = now.story !== null && !goesOn(now.story);
  useEffect(() => {
    if (paused || over) return;
    const abort = new AbortController();
    let asking = false;
    const ask = async (): Promise<void> => {
      if (asking) return;
      asking = true;
      try {
        const answer = await fetch(`/api/v1/stories/${of}`, { signal: abort.signal });
        const body = (await answer.json()) as StoryAnswer & { readonly error?: string };
        setNow((before) =>
          answer.ok
            ? { story: body, problem: "" }
            : { ...before, problem: `${body.error ?? answer.status}.` },
        );
      } catch {
        // The connection's loss is said by the banner; what was known stays.
      }
      asking = false;
    };
    void ask();
    const stop = clock.every(PERIOD_MS, () => void ask());
    return () => {
      abort.abort();
      stop();
    };
  }, [of, paused, over, clock]);
  return now;
}
