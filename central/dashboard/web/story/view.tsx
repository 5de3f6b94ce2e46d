import { useEffect, useState } from "preact/hooks";
import type { StoryRef } from "../../../../schemas/page/story.ts";
import { NO_SERVER } from "../rules/replay.ts";
import { storyHref } from "../state/route.ts";
import { Chooser } from "./chooser.tsx";
import { Journey } from "./journey.tsx";
import "./story.css";
import { useTexts } from "../state/language.tsx";

/** One entry, followed hop by hop; or the choice of one. */
export function StoryView({ of }: { readonly of: string }) {
  const whole = of.includes("/");
  useEffect(() => {
    // What is folded on a screen is read on paper.
    const unfold = (): void => {
      for (const details of document.querySelectorAll<HTMLDetailsElement>(".story details"))
        details.open = true;
    };
    window.addEventListener("beforeprint", unfold);
    return () => window.removeEventListener("beforeprint", unfold);
  }, []);
  if (of === "") return <Chooser />;
  return whole ? <Journey key={of} of={of} /> : <Newest key={of} deviceId={of} />;
}

/** A device's newest reading: its story takes this one's place. */
function Newest({ deviceId }: { readonly deviceId: string }) {
  const texts = useTexts();
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const abort = new AbortController();
    fetch(`/api/v1/stories/${deviceId}`, { signal: abort.signal })
      .then(async (answer) => {
        const body = (await answer.json()) as StoryRef & { readonly error?: string };
        if (answer.ok) location.replace(storyHref(`${body.deviceId}/${body.bootId}/${body.seq}`));
        else setProblem(`${body.error ?? answer.status}.`);
      })
      .catch(() => {
        if (!abort.signal.aborted) setProblem(NO_SERVER);
      });
    return () => abort.abort();
  }, [deviceId]);
  return problem === "" ? null : <Chooser problem={problem === NO_SERVER ? texts.page.noServer : problem} />;
}
