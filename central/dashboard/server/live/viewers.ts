import type { Shown } from "../../../../schemas/page/page.ts";

/** A page reports after each drawing and at least once a second; one silent for longer is hidden or gone. */
export const ACTIVE_MS = 5_000;
/** Versions whose totals are remembered: at 10 a second, well over a minute. */
const REMEMBERED = 1_000;

interface Viewer {
  readonly shown: Shown;
  readonly at: number;
  readonly wrong: string | null;
}

/** What the open pages have drawn, checked against what each was sent. Times by the monotonic clock. */
export class Viewers {
  readonly #viewers = new Map<string, Viewer>();
  readonly #sent = new Map<number, number | null>();

  /** @param entries - the sum that a page at this version must show. */
  sent(version: number, entries: number | null): void {
    this.#sent.set(version, entries);
    for (const old of this.#sent.keys()) {
      if (this.#sent.size <= REMEMBERED) break;
      this.#sent.delete(old);
    }
  }

  report(id: string, shown: Shown, now: number): void {
    const expected = this.#sent.get(shown.version);
    const wrong =
      expected === undefined || expected === shown.entries
        ? null
        : `A page drew ${shown.entries ?? "nothing"} where ${expected ?? "nothing"} was sent.`;
    this.#viewers.set(id, { shown, at: now, wrong });
  }

  leave(id: string): void {
    this.#viewers.delete(id);
  }

  /** What every page that is looked at has drawn: the least of them. null: no page, or none has data. */
  shown(now: number): number | null {
    const entries = this.#active(now).flatMap(({ shown }) => shown.entries ?? []);
    return entries.length === 0 ? null : Math.min(...entries);
  }

  violations(now: number): string[] {
    return this.#active(now).flatMap(({ wrong }) => wrong ?? []);
  }

  count(now: number): number {
    return this.#active(now).length;
  }

  #active(now: number): Viewer[] {
    return [...this.#viewers.values()].filter((viewer) => now - viewer.at <= ACTIVE_MS);
  }
}
