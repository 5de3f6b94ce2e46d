import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.ts";
import { launchFirefox } from "../../support/firefox.ts";

export const LOOKS = ["light", "dark", "forced", "print"] as const;
export type Look = (typeof LOOKS)[number];

const WIDTHS = [360, 768, 1024, 1440, 1920] as const;
/** A4 and its long side less the margins, at 96 px an inch. */
const PAPER_WIDTHS = [718, 1047] as const;
const HEIGHTS: Readonly<Record<number, number>> = { 360: 760, 768: 1_024, 1024: 768, 1440: 900, 1920: 1_080 };

export function widthsOf(look: Look): readonly number[] {
  return look === "print" ? PAPER_WIDTHS : WIDTHS;
}

export function heightAt(width: number): number {
  return HEIGHTS[width] ?? 1_000;
}

/** A browser in one look. */
export interface Eyes {
  readonly name: "chromium" | "firefox";
  readonly look: Look;
  readonly context: (language: "en" | "es") => Promise<BrowserContext>;
  readonly close: () => Promise<void>;
}

function colorScheme(look: Look): "light" | "dark" {
  return look === "dark" ? "dark" : "light";
}

export function chromiumEyes(browser: Browser, look: Look): Eyes {
  return {
    name: "chromium",
    look,
    context: (language) =>
      browser.newContext({
        viewport: { width: 1440, height: 900 },
        colorScheme: colorScheme(look),
        // A sheet is where it will be, and trains stand between two reports.
        reducedMotion: "reduce",
        forcedColors: look === "forced" ? "active" : "none",
        locale: language === "es" ? "es-MX" : "en-US",
        timezoneId: "America/Chicago",
      }),
    close: async () => {},
  };
}

export async function openChromium(look: Look): Promise<Eyes> {
  const browser = await launchBrowser();
  return { ...chromiumEyes(browser, look), close: () => browser.close() };
}

export async function openFirefox(path: string, look: Look): Promise<Eyes> {
  const browser = await launchFirefox(path, {
    colorScheme: colorScheme(look),
    forcedColors: look === "forced",
  });
  return {
    name: "firefox",
    look,
    context: (language) =>
      browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: language === "es" ? "es-MX" : "en-US",
        timezoneId: "America/Chicago",
      }),
    close: () => browser.close(),
  };
}

/** The rules of print hold on the screen: what Chromium offers, and Firefox's protocol does not. */
export async function asPrinted(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const sheet of document.styleSheets) {
      for (const rule of sheet.cssRules) {
        if (rule instanceof CSSMediaRule && rule.media.mediaText === "print") rule.media.mediaText = "all";
      }
    }
  });
}
