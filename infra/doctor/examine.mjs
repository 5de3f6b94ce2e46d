// @ts-check
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { jsonOf } from "../setup/stamp.mjs";
import { clockFinding, machineFindings } from "./machine.mjs";
import { portFindings } from "./ports.mjs";
import { serviceFindings } from "./services.mjs";
import { javaFinding, mavenFinding, setupFinding } from "./tools.mjs";

/**
 * Every check but that of Node, without which the others cannot be made.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<readonly import("./finding.mjs").Finding[]>}
 */
export async function examine(env) {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const home = resolve(env["ELEVATED_HOME"] || ".elevated");
  const running = jsonOf(join(home, "run", "endpoints.json")) ?? {};
  const { findings, dates } = await serviceFindings(running, env);
  return [
    await javaFinding(),
    await mavenFinding(root),
    setupFinding(root),
    ...machineFindings(home),
    clockFinding(Date.now(), dates),
    ...(await portFindings(running, env)),
    ...findings,
  ];
}
