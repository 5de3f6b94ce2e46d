// @ts-check

export const HELP = `Usage: node infra/launcher/setup.mjs [options]

Does what is missing before a start: packages, the Java servers, the bundles of each process, the page, the
class-data archives that make the Java servers start quickly. Quick and silent when nothing is missing.

  --quiet         print problems only
  --no-build      leave the bundles and the page as they are (sources are run by tsx)
  --force-build   build them even when no source changed
  --clean         remove the state folder (ELEVATED_HOME, default .elevated) and do nothing else
  --help          this text

Examples:
  npm run build                                 every bundle and the page anew
  npm run clean                                 forget what was counted
  ELEVATED_HOME=/tmp/three npm run clean        the same of another home
`;

/**
 * @typedef {object} Options
 * @property {boolean} quiet
 * @property {"when-needed" | "never" | "always"} build
 * @property {boolean} clean
 * @property {boolean} help
 */

/**
 * @param {readonly string[]} args
 * @returns {Options | string} or what is wrong with them, for a person
 */
export function parseOptions(args) {
  /** @type {Options} */
  const options = { quiet: false, build: "when-needed", clean: false, help: false };
  for (const arg of args) {
    if (arg === "--quiet") options.quiet = true;
    else if (arg === "--no-build") options.build = "never";
    else if (arg === "--force-build") options.build = "always";
    else if (arg === "--clean") options.clean = true;
    else if (arg === "--help" || arg === "-h") options.help = true;
    else return `There is no option ${arg}.`;
  }
  return options;
}
