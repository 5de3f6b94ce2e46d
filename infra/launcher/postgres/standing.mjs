// @ts-check
// PostgreSQL refuses to run as root. This decides what it runs as instead.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

/**
 * @typedef {{ readonly name: string, readonly uid: number, readonly gid: number }} Account
 */

/**
 * What PostgreSQL runs as.
 *
 * self: the user that starts it. account: root gives up all its rights for those of this account. namespace: this user
 * has no other account at hand, as in a container that maps one user only; a user namespace shows it as this one.
 *
 * @typedef {{ readonly kind: "self" } | { readonly kind: "account" | "namespace", readonly account: Account }} Standing
 */

/**
 * @typedef {object} Situation
 * @property {number} uid - of this process
 * @property {boolean} named - has this uid an entry in /etc/passwd? initdb insists on one
 * @property {string} passwd - text of /etc/passwd
 * @property {{ readonly uid: number, readonly gid: number } | undefined} owner - of the data, where there are some
 * @property {(account: Account) => boolean} canBecome - may this process become that account?
 * @property {(account: Account) => boolean} canMap - may it show itself as that account in a user namespace?
 */

/** PostgreSQL's own account where the system has one, else the one that every system has. */
const NAMES = ["postgres", "nobody"];

/**
 * @param {string} passwd - text of /etc/passwd
 * @returns {readonly Account[]} without root
 */
export function accountsOf(passwd) {
  return passwd.split("\n").flatMap((line) => {
    const [name = "", , uid, gid] = line.split(":");
    return name !== "" && uid && gid && Number(uid) > 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * @param {Situation} situation
 * @returns {Standing | string} or why there is no way, for a person
 */
export function chooseStanding({ uid, named, passwd, owner, canBecome, canMap }) {
  if (uid !== 0 && named) return { kind: "self" };
  const accounts = accountsOf(passwd);
  const usual = NAMES.flatMap((name) => accounts.filter((account) => account.name === name));
  if (uid === 0) {
    // Data that exist belong to the account that made them, and only that one can serve them.
    const known = accounts.find((account) => account.uid === owner?.uid);
    const made = owner && owner.uid !== 0 ? [known ?? { name: `user ${owner.uid}`, ...owner }] : [];
    const account = [...made, ...usual].find(canBecome);
    if (account) return { kind: "account", account };
  }
  const shown = [...usual].reverse().find(canMap);
  if (shown) return { kind: "namespace", account: shown };
  return uid === 0
    ? `PostgreSQL refuses to run as root, and root may become none of ${NAMES.join(", ")} here`
    : `PostgreSQL needs a name for user ${uid}, and /etc/passwd has none`;
}

/**
 * @param {number} uid
 * @returns {string} what a person can do where there is no way
 */
export function fixOf(uid) {
  return uid === 0
    ? "Start as an ordinary user, or let the container keep the capabilities SETUID, SETGID and CHOWN."
    : `As root: echo 'elevated:x:${uid}:${process.getgid?.() ?? 0}::/tmp:/bin/sh' >> /etc/passwd. In a container: start as its root, or mount an /etc/passwd with that line.`;
}

/**
 * The same of this process, on this machine.
 *
 * @param {{ readonly uid: number, readonly gid: number } | undefined} owner - of the data, where there are some
 * @returns {Standing | string}
 */
export function standingHere(owner) {
  return chooseStanding({
    uid: process.getuid?.() ?? 1,
    named: hasName(),
    passwd: textOf("/etc/passwd"),
    owner,
    canBecome: ({ uid, gid }) => spawnSync("true", { cwd: "/", uid, gid }).status === 0,
    canMap: (account) => spawnSync("unshare", [...namespaceOptions(account), "true"]).status === 0,
  });
}

/** @param {Account} account */
export function namespaceOptions({ uid, gid }) {
  return ["--user", `--map-user=${uid}`, `--map-group=${gid}`, "--"];
}

function hasName() {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
