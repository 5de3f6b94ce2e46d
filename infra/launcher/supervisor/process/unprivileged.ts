import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** An account without rights, for servers that refuse to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL's own account where the system has one, else the one every system has. */
const NAMES = ["postgres", "nobody"];

/**
 * The account to run a server as.
 *
 * @param passwd - text of /etc/passwd.
 * @returns undefined when there is none.
 */
export function accountFrom(passwd: string): Account | undefined {
  const accounts = new Map(
    passwd.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.split(":")]),
  );
  for (const name of NAMES) {
    const [, , uid, gid] = accounts.get(name) ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** undefined when this process is not root: then servers run as the same user. */
export function unprivilegedAccount(): Account | undefined {
  return process.getuid?.() === 0 ? accountFrom(readFileSync("/etc/passwd", "utf8")) : undefined;
}

/** May everybody pass through all folders above? A clone below a private home folder such as /root is not so. */
export function isReachable(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The command that runs `program` as `account`.
 *
 * Where folders on the way are private, the process keeps one right of root's, to pass through and read folders, so
 * that nothing has to be moved out of the user's clone.
 */
export function commandAs(
  account: Account | undefined,
  program: string,
  args: readonly string[],
  paths: readonly string[],
): { readonly program: string; readonly args: readonly string[] } {
  if (!account) return { program, args };
  const passing = paths.every(isReachable)
    ? []
    : ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
  return {
    program: "setpriv",
    args: [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      "--clear-groups",
      ...passing,
      program,
      ...args,
    ],
  };
}
