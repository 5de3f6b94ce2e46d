import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** The package never looks at what is there already, so the folder is named after its version. */
const FOLDER = join(tmpdir(), "elevated-chromium-143");

/**
 * A real Chromium from the npm package: no system package, no download.
 *
 * The package's own arguments are left out (its `--single-process` makes closing a context end the browser).
 *
 * @param more - arguments of Chromium besides.
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  if (!existsSync(FOLDER)) await unpack();
  return withTemporaryFolder(FOLDER, async () =>
    playwright.launch({
      executablePath: await chromium.executablePath(),
      headless: true,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", ...more],
    }),
  );
}

/** All of it or nothing, also when two processes do it at once. */
async function unpack(): Promise<void> {
  const folder = mkdtempSync(`${FOLDER}-`);
  await withTemporaryFolder(folder, () => chromium.executablePath());
  try {
    renameSync(folder, FOLDER);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(FOLDER)) throw error;
  }
}

/** The package unpacks, and the browser keeps its profile, below TMPDIR. */
async function withTemporaryFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
