// @ts-check
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { copiesIn, packagedPrograms } from "../postgres/programs.mjs";
import { fixOf, standingHere } from "../postgres/standing.mjs";
import { note, ok, problem } from "./finding.mjs";

/** @typedef {import("../postgres/standing.mjs").Account} Account */

/**
 * What the built-in PostgreSQL runs as here, and where its programs and data are.
 *
 * @param {string} root - the project's folder
 * @param {string} home - the state folder
 * @returns {import("./finding.mjs").Finding}
 */
export function postgresFinding(root, home) {
  const data = join(home, "postgres", "data");
  const standing = standingHere(ownerOf(data));
  if (typeof standing === "string") return problem("PostgreSQL", standing, fixOf(process.getuid?.() ?? 0));
  if (standing.kind === "self") return ok("PostgreSQL", "runs as this user");
  const { account } = standing;
  const who = `${account.name} (user ${account.uid})`;
  if (standing.kind === "namespace") {
    return ok(
      "PostgreSQL",
      `runs as this user, which a user namespace shows as ${who}: there is no other account`,
    );
  }
  const may = `runs as ${who}, without any right of root's; of what is in ${home} it can reach ${data} only`;
  try {
    const packaged = packagedPrograms(root);
    if (canRun(packaged, account)) return ok("PostgreSQL", may);
    return ok("PostgreSQL", `${may}; it cannot reach ${packaged}, so it runs a copy in ${copiesIn(root)[0]}`);
  } catch {
    return note(
      "PostgreSQL",
      `will run as ${who}, without any right of root's: its programs are not here yet`,
    );
  }
}

/**
 * @param {string} folder
 * @param {Account} account
 */
function canRun(folder, { uid, gid }) {
  return spawnSync(join(folder, "bin", "postgres"), ["--version"], { cwd: "/", uid, gid }).status === 0;
}

/** @param {string} data */
function ownerOf(data) {
  try {
    const { uid, gid } = statSync(data);
    return { uid, gid };
  } catch {
    return undefined;
  }
}
