import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { projectRoot } from "../../runtime/project-root.ts";
import { publishedEndpoints } from "../../runtime/service/endpoints.ts";
import { eventually } from "../../runtime/testing/eventually.ts";
import { readStatus } from "../supervisor/status.ts";
import { removeCopies } from "./programs.mjs";

const isRoot = process.getuid?.() === 0;
const mayMount = isRoot && spawnSync("unshare", ["--mount", "true"]).status === 0;
const mayMap = spawnSync("unshare", ["--user", "--map-root-user", "true"]).status === 0;
const STRANGER = 4711;

const folder = mkdtempSync(join(tmpdir(), "elevated-postgres-"));
/** As root's own home: what lies below is private. */
const priv = join(folder, "private");
const clone = join(priv, "clone");
const started: ChildProcess[] = [];
let home = "";

mkdirSync(clone, { recursive: true });
chmodSync(folder, 0o755);
beforeEach(() => {
  home = mkdtempSync(join(folder, "home-"));
});
afterEach(async () => {
  for (const child of started.splice(0)) await stop(child);
});
afterAll(() => {
  removeCopies(clone);
  rmSync(folder, { recursive: true, force: true });
});

/** The supervisor with PostgreSQL alone, run through another program, such as one that makes a namespace. */
function start(through: readonly string[] = [], root = projectRoot()): ChildProcess {
  const main = join(root, "dist", "infra", "launcher", "supervisor", "main.js");
  const options = ["--only", "postgres", "--free-ports", "--home", home];
  const command = [...through, process.execPath, main, "infra", ...options];
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  child.stderr?.setEncoding("utf8");
  started.push(child);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await gone;
}

/** @returns the server's process id, once it answers. */
async function ready(): Promise<number> {
  return eventually(async () => {
    const { SUPERVISOR_URL = "" } = publishedEndpoints(home);
    const { parts } = await readStatus(SUPERVISOR_URL);
    expect(parts).toMatchObject([{ name: "postgres", state: "ready" }]);
    return parts[0]?.pid ?? 0;
  });
}

async function query(sql: string): Promise<readonly unknown[]> {
  const url = new URL(publishedEndpoints(home)["POSTGRES_URL"] ?? "");
  url.pathname = "/postgres";
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const mount = (command: string): readonly string[] => [
  "unshare",
  "--mount",
  "/bin/sh",
  "-c",
  `${command} && exec "$0" "$@"`,
];
const inClone = mount(`mount --bind '${projectRoot()}' '${clone}'`);
const dataFolder = (): string => join(home, "postgres", "data");

function expectNoRights(pid: number): void {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"])
    expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, "m"));
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
  expect(variables.filter((each) => !/^(PATH|TZ)=/.test(each))).toEqual([]);
}

describe.skipIf(!mayMount)("for root, PostgreSQL", { timeout: 120_000 }, () => {
  test("runs below a private folder as another account, which gets to read nothing but its data", async () => {
    chmodSync(priv, 0o700);
    home = join(priv, "home");
    mkdirSync(home, { recursive: true });
    const first = start(inClone, clone);
    const pid = await ready();
    const { uid, gid } = statSync(`/proc/${pid}`);
    expect(uid).not.toBe(0);
    expectNoRights(pid);

    writeFileSync(join(home, "private.txt"), "mine", { mode: 0o644 });
    const asAccount = (program: string, ...args: string[]) =>
      spawnSync(program, args, { cwd: dataFolder(), uid, gid, encoding: "utf8" });
    expect(asAccount("cat", "PG_VERSION").stdout).toMatch(/^\d+$/m);
    for (const path of ["../../private.txt", join(home, "private.txt"), "/etc/shadow"])
      expect(asAccount("cat", path)).toMatchObject({ stdout: "", stderr: /Permission denied/ });
    expect(asAccount("ls", "..").stderr).toContain("Permission denied");

    await query("CREATE TABLE kept AS SELECT 42 AS n");
    await stop(first);
    start(inClone, clone);
    await ready();
    expect(await query("SELECT n FROM kept")).toEqual([{ n: 42 }]);
  });

  test("runs where nobody is the only other account", async () => {
    const passwd = join(folder, "passwd");
    writeFileSync(passwd, "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n");
    start(mount(`mount --bind '${passwd}' /etc/passwd`));
    const pid = await ready();
    expect(statSync(`/proc/${pid}`).uid).toBe(65534);
    expectNoRights(pid);
  });

  test("goes on with the data of a home in which the folder around them was the account's too", async () => {
    const first = start();
    await ready();
    await query("CREATE TABLE kept AS SELECT 42 AS n");
    await stop(first);
    const { uid, gid } = statSync(dataFolder());
    chownSync(join(home, "postgres"), uid, gid);
    chmodSync(join(home, "postgres"), 0o755);
    start();
    await ready();
    expect(await query("SELECT n FROM kept")).toEqual([{ n: 42 }]);
    expect(statSync(join(home, "postgres"))).toMatchObject({ uid: 0, mode: 0o40700 });
  });

  test("goes on with data that a copy made root's own", async () => {
    const first = start();
    await ready();
    await query("CREATE TABLE kept AS SELECT 42 AS n");
    await stop(first);
    const { uid } = statSync(dataFolder());
    const copy = join(folder, "copy");
    spawnSync("cp", ["-r", home, copy]);
    home = copy;
    expect(statSync(dataFolder()).uid).toBe(0);
    start();
    await ready();
    expect(await query("SELECT n FROM kept")).toEqual([{ n: 42 }]);
    expect(statSync(join(dataFolder(), "base")).uid).toBe(uid);
  });

  test("says who made the home when another user starts there", async () => {
    const first = start();
    await ready();
    await stop(first);
    for (const path of [home, join(home, "run")]) chownSync(path, STRANGER, STRANGER);
    const child = start(["setpriv", `--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups"]);
    let words = "";
    child.stderr?.on("data", (text: string) => {
      words += text;
    });
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(78);
    expect(words).toMatch(
      /user 4711 may not write .*, which belongs to user 0: start as the user that made this/,
    );
  });
});

describe.skipIf(!mayMap)("without any other account, PostgreSQL", { timeout: 120_000 }, () => {
  test.skipIf(!isRoot)("runs for a user without a name", async () => {
    chownSync(home, STRANGER, STRANGER);
    start(["setpriv", `--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups"]);
    const pid = await ready();
    expect(statSync(`/proc/${pid}`).uid).toBe(STRANGER);
    expectNoRights(pid);
  });

  test("runs for the root of a container that maps one user only", async () => {
    const asStranger = ["setpriv", `--reuid=${STRANGER}`, `--regid=${STRANGER}`, "--clear-groups"];
    if (isRoot) chownSync(home, STRANGER, STRANGER);
    start([...(isRoot ? asStranger : []), "unshare", "--user", "--map-root-user", "--mount"]);
    expectNoRights(await ready());
  });
});
