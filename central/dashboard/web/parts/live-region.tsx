import { useContext, useEffect, useState } from "preact/hooks";
import { countByHealth } from "../rules/health.ts";
import { useTexts } from "../state/language.tsx";
import { useTimeline } from "../state/past.ts";
import { StoreContext } from "../state/use.ts";
import type { View } from "../state/view.ts";
import type { Texts } from "../texts/texts.ts";

/** More often would talk over the reader. */
const PERIOD_MS = 10_000;

/** What has changed, for those who hear the page: at most one message in ten seconds, none when nothing did. */
export function LiveRegion() {
  const texts = useTexts();
  const store = useContext(StoreContext);
  const [words, setWords] = useState("");
  const { past } = useTimeline();
  // Of the past the bar says what is to be heard.
  const say = (): void => setWords(past ? "" : summary(store.view, texts));
  useEffect(() => store.clock.every(PERIOD_MS, say), [store, past, texts]);
  return (
    <p class="visually-hidden" aria-live="polite">
      {words}
    </p>
  );
}

/** Only what a person acts on: numbers that rise are no news. */
function summary({ link, state }: View, { page }: Texts): string {
  const { live, lost } = page;
  if (link.state === "lost") return lost;
  if (!state) return "";
  if (state.silentSince !== null) return live.deaf;
  const counts = countByHealth(state.devices);
  const silent = counts.offline + counts.stale;
  return `${silent === 0 ? live.reporting : live.silent(silent)} ${state.proof ? live.proof[state.proof.state] : ""}`;
}
