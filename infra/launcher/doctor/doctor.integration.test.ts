import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject, test } from "vitest";
import { closeServer, listen } from "../../runtime/http/listen.ts";
import { projectRoot } from "../../runtime/project-root.ts";
import { writeEndpoints } from "../../runtime/service/endpoints.ts";
import type { Finding } from "./finding.mjs";
import { holderOf } from "./ports.mjs";

const home = mkdtempSync(join(tmpdir(), "elevated-doctor-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** The command as `npm run doctor` runs it. */
function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program: readonly string[] = [process.execPath],
): Promise<Ended> {
  const [file = "", ...before] = program;
  const child = spawn(file, [...before, join(projectRoot(), "infra", "launcher", "doctor.mjs"), ...args], {
    env: { PATH: process.env["PATH"] ?? "", ELEVATED_HOME: home, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out })));
}

async function finding(check: string, ...how: [Readonly<Record<string, string>>?, (readonly string[])?]) {
  const { code, out } = await doctor(["--json"], ...how);
  const found = (JSON.parse(out) as Finding[]).find((each) => each.check === check);
  return { code, ...found };
}

test("a taken port is found, with the process that holds it", async () => {
  const server = createServer();
  // A process that holds 8888 here already will do as well.
  await listen(server, 8888).catch(() => undefined);
  try {
    const holder = holderOf(8888);
    const found = await finding("port 8888");
    expect(found).toMatchObject({ code: 1, level: "problem" });
    expect(found.says).toContain(holder ? `process ${holder.pid}` : "held by");
    if (server.listening) expect(holder?.pid).toBe(process.pid);
  } finally {
    if (server.listening) await closeServer(server);
  }
});

test("what a killed system left behind is no running one: its ports are looked at, its servers are not asked", async () => {
  const gone = createServer((_, response) => void response.end("{}"));
  const supervisor = (await listen(gone, 0)).url;
  const page = { DASHBOARD_URL: "http://127.0.0.1:8888", SUPERVISOR_URL: supervisor };
  writeEndpoints(home, { ...page, KAFKA_BROKERS: "127.0.0.1:1" });
  try {
    expect(await finding("Kafka")).toMatchObject({ level: "problem" });
    await closeServer(gone);
    expect(await finding("services")).toMatchObject({ level: "note", says: /no system runs here/ });
  } finally {
    rmSync(join(home, "run"), { recursive: true });
  }
});

test("no Java is found", async () => {
  expect(await finding("Java", { PATH: home })).toMatchObject({
    code: 1,
    level: "problem",
    fix: /apt install openjdk/,
  });
});

test("a disk that takes no more is found, also when its figures look well", async () => {
  const limited = ["/bin/sh", "-c", 'ulimit -f 64; exec "$0" "$@"', process.execPath];
  const found = await finding("disk", {}, limited);
  expect(found).toMatchObject({ code: 1, level: "problem" });
  expect(found.says).toMatch(/nothing can be written: EFBIG/);
});

test("a limit of open files is found", async () => {
  const limited = ["/bin/sh", "-c", 'ulimit -n 512; exec "$0" "$@"', process.execPath];
  expect(await finding("open files", {}, limited)).toMatchObject({
    code: 1,
    level: "problem",
    says: "at most 512 per process, 2048 are needed",
    fix: expect.stringContaining("ulimit -n"),
  });
});

test("a clock that is years behind is found", async () => {
  const past = "data:text/javascript,Date.now=()=>86400000";
  const found = await finding("clock", {}, [process.execPath, "--import", past]);
  expect(found).toMatchObject({ code: 1, level: "problem", says: "1970-01-02T00:00:00.000Z is past" });
});

/** Where this may be done, the command sees these files as the kernel's. */
const seeing = (file: string, stands: string) => [
  "unshare",
  "--mount",
  "/bin/sh",
  "-c",
  `mount --bind ${stands} ${file} && exec "$0" "$@"`,
  process.execPath,
];
const mayMount = spawnSync("unshare", ["--mount", "true"]).status === 0;

test.skipIf(!mayMount)("too few pseudo-terminals and too little memory are found", async () => {
  const stands = join(home, "stands");
  writeFileSync(stands, "100\n");
  const terminals = await finding("terminals", {}, seeing("/proc/sys/kernel/pty/max", stands));
  expect(terminals).toMatchObject({ code: 1, level: "problem", fix: /kernel.pty.max/ });
  writeFileSync(stands, "MemTotal: 8000000 kB\nMemAvailable: 500000 kB\n");
  const memory = await finding("memory", {}, seeing("/proc/meminfo", stands));
  expect(memory).toMatchObject({ code: 1, level: "problem", says: /^488 MB available/ });
});

test("a Node that is too old is found before anything that it cannot load", async () => {
  const pretend = 'data:text/javascript,Object.defineProperty(process,"version",{value:"v14.21.3"})';
  const { code, out } = await doctor([], {}, [process.execPath, "--import", pretend]);
  expect(code).toBe(1);
  expect(out).toMatch(/✗ Node +Node v14\.21\.3 is too old/);
  expect(out).toContain("nodejs.org");
});

test("a broker that does not answer is found, one that does is none, and something else is no broker", async () => {
  const broker = inject("kafka");
  expect(await finding("Kafka", { KAFKA_BROKERS: broker })).toMatchObject({ level: "ok" });
  const away = await finding("Kafka", { KAFKA_BROKERS: `${broker},127.0.0.1:1` });
  expect(away).toMatchObject({ code: 1, level: "problem" });
  expect(away.says).toContain("127.0.0.1:1: connect ECONNREFUSED");
  expect(away.fix).toContain("KAFKA_BROKERS");
  const server = createServer((_, response) => void response.end("hello"));
  const { port } = await listen(server, 0);
  const other = await finding("Kafka", { KAFKA_BROKERS: `127.0.0.1:${port}` });
  await closeServer(server);
  expect(other.says).toContain("not Kafka");
});

test("a server that asks for a login says which settings to give", async () => {
  const server = createServer(({ headers }, response) => {
    response.statusCode = headers.authorization === `Basic ${btoa("me:secret")}` ? 200 : 401;
    response.end("[]");
  });
  const { url } = await listen(server, 0);
  const refused = await finding("registry", { SCHEMA_REGISTRY_URL: url });
  const login = { SCHEMA_REGISTRY_USER: "me", SCHEMA_REGISTRY_PASSWORD: "secret" };
  const welcome = await finding("registry", { SCHEMA_REGISTRY_URL: url, ...login });
  await closeServer(server);
  expect(refused.says).toContain("SCHEMA_REGISTRY_USER");
  expect(welcome.level).toBe("ok");
});

test("an unknown option is answered with the usage and 2", async () => {
  expect((await doctor(["--fast"])).code).toBe(2);
  expect((await doctor(["--help"])).out).toContain("Examples:");
});
