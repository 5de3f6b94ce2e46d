// @ts-check

export const HELP = `Usage: node infra/launcher/setup.mjs [options]

Does what is missing before a command: packages, the Java servers, the bundles of each process, the page. Quick and
silent when nothing is missing.

  --for <what>    start (the default), test (also what tests need), dev (as test, but sources are run, nothing is
                  built), check (packages only)
  --quiet         print problems only
  --force-build   build the bundles and the page even when no source changed
  --clean         remove the state folder (ELEVATED_HOME, default .elevated) and do nothing else
  --help          this text

Examples:
  npm run build                                 every bundle and the page again
  npm run clean                                 forget what was counted
  ELEVATED_HOME=/tmp/three npm run clean        the same of another home
`;

/** What each command needs. */
const NEEDS = {
  start: { packages: "start", jars: true, build: true },
  test: { packages: "all", jars: true, build: true },
  dev: { packages: "all", jars: true, build: false },
  check: { packages: "all", jars: false, build: false },
};

/**
 * @typedef {object} Options
 * @property {import("./lockfile.mjs").Scope} packages
 * @property {boolean} jars
 * @property {"when-needed" | "never" | "always"} build
 * @property {boolean} quiet
 * @property {boolean} clean
 * @property {boolean} help
 */

/**
 * @param {readonly string[]} args
 * @returns {Options | string} or what is wrong with them, for a person
 */
export function parseOptions(args) {
  const options = { purpose: "start", force: false, quiet: false, clean: false, help: false };
  for (let n = 0; n < args.length; n++) {
    const arg = args[n];
    if (arg === "--quiet") options.quiet = true;
    else if (arg === "--for") options.purpose = args[++n] ?? "";
    else if (arg === "--force-build") options.force = true;
    else if (arg === "--clean") options.clean = true;
    else if (arg === "--help" || arg === "-h") options.help = true;
    else return `There is no option ${arg}.`;
  }
  const { purpose, force, quiet, clean, help } = options;
  if (!Object.hasOwn(NEEDS, purpose)) return `--for is one of ${Object.keys(NEEDS).join(", ")}.`;
  const needs = NEEDS[/** @type {keyof typeof NEEDS} */ (purpose)];
  return {
    packages: needs.packages === "all" ? "all" : "start",
    jars: needs.jars,
    build: force ? "always" : needs.build ? "when-needed" : "never",
    quiet,
    clean,
    help,
  };
}
