import type { Shown } from "../../../../schemas/page/page.ts";

/** A page reports after each drawing and at least once a second; one silent for longer is hidden or gone. */
export const ACTIVE_MS = 5_000;
/** A page draws what it was sent within this, ms. */
export const DRAWN_WITHIN_MS = 3_000;
/** Versions whose totals are remembered: at 10 a second, well over a minute. */
const REMEMBERED = 1_000;

interface Viewer {
  readonly shown: Shown;
  readonly at: number;
}

/**
 * What the open pages have drawn, against what each was sent. Times by the monotonic clock.
 *
 * A viewer may say what it likes: it is counted, and nothing else comes of it.
 */
export class Viewers {
  readonly #viewers = new Map<string, Viewer>();
  readonly #sent = new Map<number, { readonly entries: number | null; readonly at: number }>();

  /** @param entries - the sum that a page at this version must show. */
  sent(version: number, entries: number | null, now: number): void {
    this.#sent.set(version, { entries, at: now });
    for (const old of this.#sent.keys()) {
      if (this.#sent.size <= REMEMBERED) break;
      this.#sent.delete(old);
    }
  }

  report(id: string, shown: Shown, now: number): void {
    this.#viewers.set(id, { shown, at: now });
  }

  leave(id: string): void {
    this.#viewers.delete(id);
  }

  /** Pages that are looked at, and those of them that have not drawn what they were sent. */
  counts(now: number): { readonly open: number; readonly behind: number } {
    const active = [...this.#viewers.values()].filter((viewer) => now - viewer.at <= ACTIVE_MS);
    let due = 0;
    for (const [version, { at }] of this.#sent) if (now - at > DRAWN_WITHIN_MS) due = version;
    const behind = active.filter(({ shown: { version, entries } }) => {
      const sent = this.#sent.get(version);
      return version < due || (sent !== undefined && sent.entries !== entries);
    });
    return { open: active.length, behind: behind.length };
  }
}
