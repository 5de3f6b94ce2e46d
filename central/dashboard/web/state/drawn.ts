import type { Shown } from "../../../../schemas/page/page.ts";
import type { PageStore } from "./store.ts";

/** The element that shows the sum of all entries; it carries the version it was drawn from. */
export const DRAWN_ATTRIBUTE = "data-drawn-version";

const AT_MOST_EVERY_MS = 200;
const AT_LEAST_EVERY_MS = 1_000;

/**
 * Read back what this page has drawn from the document after the browser painted it, and hold it against what it was
 * sent: the last step of the proof, which is this page's alone. The server only counts how many pages are behind. A
 * hidden page draws nothing and says nothing.
 */
export function watchDrawn(store: PageStore, report: (shown: Shown) => void): void {
  let reportedAt = 0;
  let version = -1;
  const look = (): void => {
    const now = store.clock.monotonic();
    const due = now - reportedAt;
    if (due < AT_MOST_EVERY_MS || document.hidden || store.view.paused) return;
    const element = document.querySelector(`[${DRAWN_ATTRIBUTE}]`);
    const shown = element ? readShown(element) : null;
    if (!shown || (shown.version === version && due < AT_LEAST_EVERY_MS)) return;
    reportedAt = now;
    version = shown.version;
    if (version === store.view.version) store.drawn(shown.entries !== sentTo(store));
    report(shown);
  };
  store.clock.every(AT_MOST_EVERY_MS, () => requestAnimationFrame(look));
}

/** The sum of what this page was sent; null: no station has data. */
function sentTo({ view: { state } }: PageStore): number | null {
  const counts = Object.values(state?.entries ?? {});
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

function readShown(element: Element): Shown | null {
  const version = Number(element.getAttribute(DRAWN_ATTRIBUTE));
  if (!Number.isSafeInteger(version) || version === 0) return null;
  const digits = element.textContent?.replace(/\D/g, "") ?? "";
  return { version, entries: digits === "" ? null : Number(digits) };
}
