// @ts-check
import { join, resolve } from "node:path";
import { jsonOf } from "../setup/stamp.mjs";
import { clockFinding, machineFindings } from "./machine.mjs";
import { listens, portFindings } from "./ports.mjs";
import { postgresFinding } from "./postgres.mjs";
import { readinessOf } from "./readiness.mjs";
import { portOf, serviceFindings } from "./services.mjs";
import { sourceFindings } from "./source.mjs";
import { javaFinding, mavenFinding, setupFinding } from "./tools.mjs";
import { transactionFindings } from "./transactions.mjs";

/**
 * Every check but that of Node, without which the others cannot be made.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<readonly import("./finding.mjs").Finding[]>}
 */
export async function examine(env) {
  const root = join(import.meta.dirname, "..", "..", "..");
  const home = resolve(env["ELEVATED_HOME"] || ".elevated");
  const left = jsonOf(join(home, "run", "endpoints.json")) ?? {};
  // A system that was killed leaves its addresses behind: its ports may belong to others now.
  const running = left["SUPERVISOR_URL"] && (await listens(portOf(left["SUPERVISOR_URL"]))) ? left : {};
  const readiness = await readinessOf(running["SUPERVISOR_URL"]);
  const { findings, dates } = await serviceFindings(running, env);
  return [
    await javaFinding(),
    await mavenFinding(root),
    setupFinding(root),
    ...(env["POSTGRES_URL"] ? [] : [postgresFinding(root, home)]),
    ...machineFindings(home),
    clockFinding(Date.now(), dates),
    ...(await portFindings(running, env)),
    ...findings,
    ...sourceFindings(readiness.get("central")),
    ...transactionFindings(readiness),
  ];
}
