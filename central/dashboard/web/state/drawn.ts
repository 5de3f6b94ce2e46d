import type { Shown } from "../../../../schemas/page/page.ts";
import type { PageStore } from "./store.ts";

/** The element that shows the sum of all entries; it carries the version it was drawn from. */
export const DRAWN_ATTRIBUTE = "data-drawn-version";

const AT_MOST_EVERY_MS = 200;
const AT_LEAST_EVERY_MS = 1_000;

/**
 * Tell the server what this page has drawn, read back from the document after the browser painted it: that, and not
 * what was received, is what the proof calls "shown". A hidden page draws nothing and says nothing.
 */
export function watchDrawn(store: PageStore, report: (shown: Shown) => void): void {
  let reportedAt = 0;
  let version = -1;
  const look = (): void => {
    const now = performance.now();
    const due = now - reportedAt;
    if (due < AT_MOST_EVERY_MS || document.hidden || store.view.paused) return;
    const element = document.querySelector(`[${DRAWN_ATTRIBUTE}]`);
    const shown = element ? readShown(element) : null;
    if (!shown || (shown.version === version && due < AT_LEAST_EVERY_MS)) return;
    reportedAt = now;
    version = shown.version;
    report(shown);
  };
  setInterval(() => requestAnimationFrame(look), AT_MOST_EVERY_MS);
}

function readShown(element: Element): Shown | null {
  const version = Number(element.getAttribute(DRAWN_ATTRIBUTE));
  if (!Number.isSafeInteger(version) || version === 0) return null;
  const digits = element.textContent?.replace(/\D/g, "") ?? "";
  return { version, entries: digits === "" ? null : Number(digits) };
}
