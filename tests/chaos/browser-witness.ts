import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { differing } from "./evidence.ts";

/** What a real browser shows, against the presses as they were written down. */
export interface BrowserEvidence {
  /** Why there is no browser on this machine; null: there is one. */
  readonly missing: string | null;
  /** The entries of the whole city as they stand on the page; null: it shows no figure. */
  readonly total: number | null;
  /** Stations where the page shows another figure: station, pressed, shown. */
  readonly differing: readonly (readonly [string, number, number])[];
}

/** A station of the map, as the document has it. */
export interface ShownStation {
  readonly href: string;
  /** For example `Clark/Lake: 1,234 entries, a device is silent`; without entries `no data`. */
  readonly label: string;
}

/** Wide enough for the map, on which each station tells its entries. */
const DESKTOP = { width: 1440, height: 900 };
const STATION = /^#\/station\/(?<id>\d+)$/;
const ENTRIES = /: (?<entries>[\d,]+) entr(?:y|ies)(?:,|$)/;

/** Entries by station, of those that show any. */
export function entriesOf(stations: readonly ShownStation[]): ReadonlyMap<string, number> {
  const shown = new Map<string, number>();
  for (const { href, label } of stations) {
    const id = STATION.exec(href)?.groups?.["id"];
    const entries = ENTRIES.exec(label)?.groups?.["entries"];
    if (id !== undefined && entries !== undefined) shown.set(id, figureOf(entries));
  }
  return shown;
}

/** The presses of a station's turnstiles, of those stations that were pressed at. */
export function ledgerOf(pressed: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const ledger = new Map<string, number>();
  for (const [device, presses] of pressed) {
    const station = device.split("-")[0] ?? "";
    if (presses > 0) ledger.set(station, (ledger.get(station) ?? 0) + presses);
  }
  return ledger;
}

function figureOf(text: string): number {
  return Number(text.replaceAll(",", ""));
}

/** The page in a real Chromium, open while everything goes wrong: what a visitor sees in the end is read off it. */
export class BrowserWitness {
  readonly #open: { readonly browser: Browser; readonly page: Page } | undefined;
  readonly #missing: string | null;

  private constructor(
    open: { readonly browser: Browser; readonly page: Page } | undefined,
    missing: string | null,
  ) {
    this.#open = open;
    this.#missing = missing;
  }

  /** One that says so where Chromium cannot be started. */
  static async open(dashboardUrl: string): Promise<BrowserWitness> {
    let browser: Browser;
    try {
      browser = await launchBrowser();
    } catch (error) {
      const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      return new BrowserWitness(undefined, reason);
    }
    const page = await browser.newPage({ viewport: DESKTOP });
    await page.goto(dashboardUrl);
    return new BrowserWitness({ browser, page }, null);
  }

  /** Rejects when the browser has ended. */
  async evidence(pressed: ReadonlyMap<string, number>): Promise<BrowserEvidence> {
    if (!this.#open) return { missing: this.#missing, total: null, differing: [] };
    const { page } = this.#open;
    const stations = await page.locator("a.map-station").evaluateAll((links) =>
      links.map((link) => ({
        href: link.getAttribute("href") ?? "",
        label: link.getAttribute("aria-label") ?? "",
      })),
    );
    const [drawn = ""] = await page.locator("[data-drawn-version]").allTextContents();
    return {
      missing: null,
      total: /^[\d,]+$/.test(drawn) ? figureOf(drawn) : null,
      differing: differing(ledgerOf(pressed), entriesOf(stations)),
    };
  }

  async close(): Promise<void> {
    await this.#open?.browser.close();
  }
}
