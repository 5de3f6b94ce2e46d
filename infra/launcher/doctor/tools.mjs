// @ts-check
import { SetupError } from "../setup/error.mjs";
import { jarsFresh } from "../setup/jars.mjs";
import { packagesFresh } from "../setup/packages.mjs";
import { checkJava, findJava, findMaven } from "../setup/tools.mjs";
import { note, ok, problem } from "./finding.mjs";

/** @typedef {import("./finding.mjs").Finding} Finding */

/** @returns {Promise<Finding>} */
export function javaFinding() {
  return attempt("Java", async () => {
    const java = findJava();
    await checkJava(java);
    return `${java.major ?? ""} ${java.path}`.trim();
  });
}

/**
 * @param {string} root
 * @returns {Promise<Finding>}
 */
export async function mavenFinding(root) {
  const found = await attempt("Maven", findMaven);
  // It is needed once.
  return found.level === "problem" && jarsFresh(root)
    ? note("Maven", "missing, and not needed any more")
    : found;
}

/**
 * @param {string} root
 * @returns {Finding}
 */
export function setupFinding(root) {
  const missing = [
    ...(packagesFresh(root, "start") ? [] : ["packages"]),
    ...(jarsFresh(root) ? [] : ["the jars of Kafka, Connect and Debezium"]),
  ];
  if (missing.length === 0) return ok("set-up", "complete");
  return note("set-up", `not yet there: ${missing.join(" and ")}; npm start fetches them`);
}

/**
 * @param {string} check
 * @param {() => string | Promise<string>} look - throws a SetupError for a problem
 * @returns {Promise<Finding>}
 */
async function attempt(check, look) {
  try {
    return ok(check, await look());
  } catch (error) {
    if (error instanceof SetupError) return problem(check, error.message, error.fix);
    const reason = error instanceof Error ? error.message : String(error);
    return problem(check, reason, `Run it by hand and see what it says.`);
  }
}
