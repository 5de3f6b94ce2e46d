// @ts-check
// What of a set-up an image needs: the bundles and the page. The Java servers are images of their own there.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBundles, ENTRIES } from "../setup/bundles.mjs";
import { buildPage } from "../setup/page.mjs";
import { progress } from "../setup/progress.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const lines = progress(process.stderr, false);
await buildBundles(root, ENTRIES, lines);
await buildPage(root, lines);
