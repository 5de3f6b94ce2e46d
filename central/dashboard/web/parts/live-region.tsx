import { useContext, useEffect, useState } from "preact/hooks";
import { countByHealth } from "../rules/health.ts";
import { plural } from "../rules/words.ts";
import { useTimeline } from "../state/past.ts";
import { StoreContext } from "../state/use.ts";
import type { View } from "../state/view.ts";

/** More often would talk over the reader. */
const PERIOD_MS = 10_000;

/** What has changed, for those who hear the page: at most one message in ten seconds, none when nothing did. */
export function LiveRegion() {
  const store = useContext(StoreContext);
  const [words, setWords] = useState("");
  const { past } = useTimeline();
  // Of the past the bar says what is to be heard.
  const say = (): void => setWords(past ? "" : summary(store.view));
  useEffect(() => store.clock.every(PERIOD_MS, say), [store, past]);
  return (
    <p class="visually-hidden" aria-live="polite">
      {words}
    </p>
  );
}

/** Only what a person acts on: numbers that rise are no news. */
function summary({ link, state }: View): string {
  if (link.state === "lost") return "Connection lost.";
  if (!state) return "";
  if (state.silentSince !== null) return "No device is heard.";
  const counts = countByHealth(state.devices);
  const silent = counts.offline + counts.stale;
  const proof = {
    holds: "The counts agree.",
    "catching-up": "Counts are catching up.",
    stalled: "Readings wait, and nothing moves.",
    broken: "The counts do not agree.",
  };
  return `${silent === 0 ? "Every device is reporting." : `${plural(silent, "device")} silent.`} ${state.proof ? proof[state.proof.state] : ""}`;
}
