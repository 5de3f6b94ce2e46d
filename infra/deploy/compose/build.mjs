// @ts-check
// What of a set-up an image needs: the bundles and the page. The Java servers are images of their own there.
import { join } from "node:path";
import { buildBundles, ENTRIES } from "../../launcher/setup/bundles.mjs";
import { buildPage } from "../../launcher/setup/page.mjs";
import { progress } from "../../launcher/setup/progress.mjs";

const root = join(import.meta.dirname, "..", "..", "..");
const lines = progress(process.stderr, false);
await buildBundles(root, ENTRIES, lines);
await buildPage(root, lines);
