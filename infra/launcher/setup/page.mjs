// @ts-check
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { SetupError } from "./error.mjs";
import { wantedPackages } from "./packages.mjs";
import { jsonOf, marks, unchanged, writeWhole } from "./stamp.mjs";

/** @param {string} root */
const places = (root) => ({
  source: join(root, "central", "dashboard", "web"),
  output: join(root, "dist", "web"),
  record: join(root, "dist", ".page.json"),
});

/** @param {string} root */
export function pageExists(root) {
  return existsSync(join(places(root).source, "index.html"));
}

/** @param {string} root */
export function pageFresh(root) {
  const { output, record } = places(root);
  const built = jsonOf(record);
  return (
    built?.packages === wantedPackages(root) &&
    unchanged(root, built.sources) &&
    existsSync(join(output, "index.html"))
  );
}

/**
 * @param {string} root
 * @param {import("./progress.mjs").Progress} progress
 */
export async function buildPage(root, progress) {
  const { source, output, record } = places(root);
  await progress.step("page", "vite", async () => {
    const vite = await import(pathToFileURL(join(root, "node_modules/vite/dist/node/index.js")).href);
    /** @type {Set<string>} */
    const sources = new Set([join(source, "index.html")]);
    const collect = {
      name: "elevated-sources",
      /** @param {{ id: string }} module */
      moduleParsed({ id }) {
        const file = id.split("?")[0] ?? "";
        if (file.startsWith(root) && !file.includes("/node_modules/")) sources.add(file);
      },
    };
    // Vite takes what it finds: under a test's the page would be another one than is delivered.
    const { NODE_ENV } = process.env;
    process.env["NODE_ENV"] = "production";
    try {
      await vite.build({
        root: source,
        logLevel: "error",
        plugins: [collect],
        build: { outDir: output, emptyOutDir: true },
      });
    } catch (error) {
      throw new SetupError(
        `The page did not build: ${error instanceof Error ? error.message : error}`,
        "Fix central/dashboard/web.",
      );
    } finally {
      if (NODE_ENV === undefined) delete process.env["NODE_ENV"];
      else process.env["NODE_ENV"] = NODE_ENV;
    }
    const files = [...sources].map((file) => relative(root, file));
    writeWhole(record, JSON.stringify({ packages: wantedPackages(root), sources: marks(root, files) }));
  });
}
