import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { memoryOf } from "../../../infra/launcher/supervisor/process/tree.ts";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { freePort } from "../../../infra/runtime/testing/free-port.ts";
import { startSystem, type TestSystem } from "../../support/system.ts";
import type { BenchmarkPart, Figures } from "../harness.ts";

const POLL_MS = 5;
const GIVE_UP_MS = 30_000;
/** Long enough for a process to have settled after its start. */
const SETTLE_MS = 3_000;

interface Server {
  readonly name: string;
  readonly program: string;
  readonly portVariable: string;
  /** Answered 2xx once it serves. */
  readonly path: string;
}

const SERVERS: readonly Server[] = [
  {
    name: "schema registry",
    program: "infra/servers/schema-registry/main.js",
    portVariable: "SCHEMA_REGISTRY_PORT",
    path: "/subjects",
  },
  {
    name: "REST Proxy",
    program: "infra/servers/rest-proxy/main.js",
    portVariable: "REST_PROXY_PORT",
    path: "/topics",
  },
  { name: "ksql", program: "infra/servers/ksql/main.js", portVariable: "KSQL_PORT", path: "/info" },
];

let system: TestSystem | undefined;

/** The platform's three small servers, each started by itself against a running Kafka. */
export const serversPart: BenchmarkPart = {
  name: "servers",
  about:
    "schema registry, REST Proxy and ksql, each started against a running Kafka: time to the first answer, memory three seconds later",
  async contenders() {
    system = await startSystem({ args: ["--only", "schema-registry"] });
    const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = system.endpoints;
    return SERVERS.map((server) => ({
      name: server.name,
      run: () => oneStart(server, { KAFKA_BROKERS, SCHEMA_REGISTRY_URL }),
    }));
  },
  async close() {
    await system?.stop();
    await system?.remove();
  },
};

async function oneStart(server: Server, env: Readonly<Record<string, string>>): Promise<Figures> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), "elevated-bench-"));
  const began = performance.now();
  const child = spawn(process.execPath, [join(projectRoot(), "dist", server.program)], {
    env: {
      ...process.env,
      ...env,
      [server.portVariable]: String(port),
      ELEVATED_HOME: home,
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    while (!(await answers(`http://127.0.0.1:${port}${server.path}`))) {
      if (child.exitCode !== null) throw new Error(`${server.name} ended with exit code ${child.exitCode}`);
      if (performance.now() - began > GIVE_UP_MS) throw new Error(`${server.name} does not answer`);
      await sleep(POLL_MS);
    }
    const answered = performance.now() - began;
    await sleep(SETTLE_MS);
    return {
      "first answer, ms": answered,
      "memory (PSS), MB": memoryOf([child.pid ?? 0]) / 1e6,
    };
  } finally {
    await stopped(child);
    rmSync(home, { recursive: true, force: true });
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
