import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/**
 * A real Chromium from the npm package: no system package, no download.
 *
 * The package's own arguments are left out (its `--single-process` makes closing a context end the browser). It
 * unpacks below TMPDIR and never looks at what is there already, so the folder is named after its version.
 *
 * @param more - arguments of Chromium besides.
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const folder = join(tmpdir(), "elevated-chromium-143");
  mkdirSync(folder, { recursive: true });
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    return await playwright.launch({
      executablePath: await chromium.executablePath(),
      headless: true,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", ...more],
    });
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
