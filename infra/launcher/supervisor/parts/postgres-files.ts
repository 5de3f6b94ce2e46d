import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../../../schemas/errors.ts";
import { defined } from "../../../runtime/defined.ts";
import { packagedPrograms, programsFor } from "../../postgres/programs.mjs";
import {
  type Account,
  fixOf,
  namespaceOptions,
  type Standing,
  standingHere,
} from "../../postgres/standing.mjs";
import { type OnProcess, runErrand } from "../process/run.ts";

/**
 * The working directory of the process itself. For an account that may not pass the folders above its data this is the
 * only way to them: the kernel follows it without looking at those folders.
 */
const HERE = "/proc/self/cwd";

/** PostgreSQL's programs and data, ready to run. */
export interface PreparedPostgres {
  /** In front of the program's own command line. */
  readonly prefix: readonly string[];
  readonly postgres: string;
  /** How the program names its data, and where it must be started for that. */
  readonly data: string;
  readonly cwd: string;
  /** Which connections it takes (its `hba_file`), as the program names it. */
  readonly hosts: string;
  readonly account: Account | undefined;
}

export interface FirstLogin {
  readonly user: string;
  readonly password: string;
}

/**
 * Programs that can run, and a data folder with its first user.
 *
 * Only the data themselves belong to the account that runs PostgreSQL. The folder around them stays with the owner of
 * the home and lets no other account in, so that the account cannot climb from its data to what lies beside them.
 *
 * @param root - the project's folder.
 * @param home - the state folder.
 * @throws {CodedError} CONFIG_INVALID when this user cannot run PostgreSQL here, CHILD_FAILED when its data cannot be made.
 */
export async function preparePostgres(
  root: string,
  home: string,
  login: FirstLogin,
  onProcess: OnProcess,
): Promise<PreparedPostgres> {
  const folder = join(home, "postgres");
  const data = join(folder, "data");
  mkdirSync(folder, { recursive: true });
  const standing = standingHere(ownerOf(data));
  if (typeof standing === "string") {
    const message = `${standing}. ${fixOf(process.getuid?.() ?? 0)}`;
    throw new CodedError("CONFIG_INVALID", { message, retryable: false });
  }
  const account = standing.kind === "account" ? standing.account : undefined;
  const programs = account ? programsFor(root, account) : packagedPrograms(root);
  if (account) closeTo(folder, statSync(home));
  const prepared = {
    prefix: standing.kind === "namespace" ? ["unshare", ...namespaceOptions(standing.account)] : [],
    postgres: join(programs, "bin", "postgres"),
    account,
  };
  if (existsSync(join(data, "PG_VERSION"))) adopt(data, account);
  else await initialise(folder, data, join(programs, "bin", "initdb"), standing, login, onProcess);
  writeHosts(data, account);
  const named = account ? HERE : data;
  return { ...prepared, data: named, cwd: account ? data : "/", hosts: join(named, HOSTS) };
}

const HOSTS = "elevated_hba.conf";

/**
 * Loopback with a password, for every database. No entry for `replication`: no client streams the whole cluster, while a
 * connector reads a publication through its database.
 */
function writeHosts(data: string, account: Account | undefined): void {
  const file = join(data, HOSTS);
  rmSync(file, { force: true });
  writeFileSync(file, "host all all 127.0.0.1/32 scram-sha-256\n", { mode: 0o600, flag: "wx" });
  if (account) chownSync(file, account.uid, account.gid);
}

/** Nothing else of the user's: it runs as another account, and other settings of PostgreSQL must not reach this one. */
export function postgresEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return defined({ PATH: env["PATH"], TZ: env["TZ"] });
}

/** Whole or not at all: an interrupted attempt is started over. */
async function initialise(
  folder: string,
  data: string,
  initdb: string,
  standing: Standing,
  { user, password }: FirstLogin,
  onProcess: OnProcess,
): Promise<void> {
  const draft = join(folder, "data.new");
  const secret = join(folder, "password");
  const account = standing.kind === "account" ? standing.account : undefined;
  for (const left of [draft, secret]) rmSync(left, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  if (account) for (const path of [draft, secret]) chownSync(path, account.uid, account.gid);
  const args = [
    `--pgdata=${account ? HERE : draft}`,
    `--username=${user}`,
    // Its own input: the file has no path that the account could follow.
    "--pwfile=/proc/self/fd/0",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
  ];
  const prefix = standing.kind === "namespace" ? ["unshare", ...namespaceOptions(standing.account)] : [];
  const input = openSync(secret, "r");
  try {
    const [program = initdb, ...rest] = [...prefix, initdb, ...args];
    const cwd = account ? draft : "/";
    const env = postgresEnvironment(process.env);
    await runErrand({ program, args: rest, cwd, env, stdin: input, ...defined({ account }) }, onProcess);
  } finally {
    closeSync(input);
    rmSync(secret, { force: true });
  }
  renameSync(draft, data);
}

/** A copy of a home that was made without regard to owners belongs to the user that made the copy. */
function adopt(data: string, account: Account | undefined): void {
  if (account && statSync(data).uid !== account.uid) {
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true }))
      lchownSync(join(entry.parentPath, entry.name), account.uid, account.gid);
    chownSync(data, account.uid, account.gid);
  }
  // The server refuses a folder that others may read.
  chmodSync(data, 0o700);
}

/** @returns undefined where there are no data, or where this user may not see whose they are. */
function ownerOf(data: string): { uid: number; gid: number } | undefined {
  try {
    const { uid, gid } = statSync(data);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

function closeTo(folder: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  chownSync(folder, uid, gid);
  chmodSync(folder, 0o700);
}
