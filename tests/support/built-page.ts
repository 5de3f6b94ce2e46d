import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

/** Build the page from its sources into a folder of its own, so that a browser test never sees an old build. */
export async function builtPage(source: string): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "elevated-page-"));
  process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
  await build({ configFile: join(source, "vite.config.ts"), logLevel: "error", build: { outDir } });
  return outDir;
}
