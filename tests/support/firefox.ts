import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, firefox } from "playwright-core";
import { projectRoot } from "../../infra/runtime/project-root.ts";

const NAMES = ["firefox-esr", "firefox"];

/** What a reader's system asks of a page; in Firefox it is one for all pages of a process. */
export interface FirefoxMedia {
  readonly colorScheme: "light" | "dark";
  readonly forcedColors: boolean;
}

/** The Firefox of this machine: `TEST_FIREFOX`, or one on the `PATH`; null: there is none. */
export function findFirefox(): string | null {
  const named = process.env["TEST_FIREFOX"];
  if (named) return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(canRun) ?? null;
}

/** An unpatched Firefox, driven over WebDriver BiDi, without motion. */
export function launchFirefox(path: string, { colorScheme, forcedColors }: FirefoxMedia): Promise<Browser> {
  return firefox.launch({
    channel: "moz-firefox",
    executablePath: join(projectRoot(), "tests", "support", "firefox-bidi.mjs"),
    env: { ...process.env, FIREFOX: path },
    headless: true,
    firefoxUserPrefs: {
      "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1,
      "ui.prefersReducedMotion": 1,
      "browser.display.document_color_use": forcedColors ? 2 : 1,
    },
  });
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
