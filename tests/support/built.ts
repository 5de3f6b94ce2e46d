import { join } from "node:path";
import { buildBundles, staleEntries } from "../../infra/launcher/setup/bundles.mjs";
import { buildPage, pageFresh } from "../../infra/launcher/setup/page.mjs";
import { progress } from "../../infra/launcher/setup/progress.mjs";
import { projectRoot } from "../../infra/runtime/project-root.ts";

const quiet = progress(process.stderr, true);

/** The folder of the page, built from its present sources. */
export async function builtPage(): Promise<string> {
  const root = projectRoot();
  if (!pageFresh(root)) await buildPage(root, quiet);
  return join(root, "dist", "web");
}

/** Before tests that start programs: what runs is built from the present sources, also when vitest is called by hand. */
export default async function setup(): Promise<void> {
  const root = projectRoot();
  await buildBundles(root, staleEntries(root), quiet);
  await builtPage();
}
