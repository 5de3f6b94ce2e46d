import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readThrough } from "../../infra/runtime/kafka/testing/contents.ts";
import { connectSecretsFolder } from "../../infra/runtime/security/connect-secrets.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { kafkaAt } from "../faults/topic-contents.ts";
import { startServers, type TestServers } from "../support/servers.ts";

/* What somebody who may post connectors to the built-in Connect gets out of it. */
let servers: TestServers;
const folder = mkdtempSync(join(tmpdir(), "elevated-connect-"));

beforeAll(async () => {
  servers = await startServers(["connectors"]);
}, 180_000);
afterAll(async () => {
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  path: string,
  method = "GET",
  body?: unknown,
): Promise<readonly [status: number, text: string]> {
  const response = await fetch(servers.addresses.CONNECT_URL + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return [response.status, await response.text()];
}

/** With headers that `fetch` would not send. */
function posted(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<readonly [status: number, text: string]> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: "POST", headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on("end", () => resolve([answer.statusCode ?? 0, text]));
    });
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify(body));
  });
}

/** A connector as somebody of the outside writes it: with the application's name and password. */
function connector(name: string, change: Readonly<Record<string, string>> = {}) {
  const { hostname, port } = new URL(servers.addresses.POSTGRES_URL);
  return {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "plugin.name": "pgoutput",
    "slot.name": name,
    "publication.name": name,
    "publication.autocreate.mode": "filtered",
    "database.hostname": hostname,
    "database.port": port,
    "database.user": "cta_admin",
    "database.password": "chicago",
    "database.dbname": "cta",
    "topic.prefix": name,
    "table.include.list": "public.stations",
    "topic.creation.default.partitions": "1",
    "topic.creation.default.replication.factor": "1",
    ...change,
  };
}

/** The state of a connector's task, once it runs or has failed. */
async function settled(name: string): Promise<string> {
  return eventually(async () => {
    const [, text] = await ask(`/connectors/${name}/status`);
    const { tasks } = JSON.parse(text) as { tasks?: readonly { state: string; trace?: string }[] };
    const [task] = tasks ?? [];
    if (task?.state !== "RUNNING" && task?.state !== "FAILED") throw new Error(text);
    return `${task.state} ${task.trace ?? ""}`;
  });
}

test("no answer holds PostgreSQL's password: Connect reads it from a file of its own", async () => {
  const name = "/connectors/stations-debezium";
  const answers = ["/config", "/tasks", "/tasks-config", ""].map((path) => ask(name + path));
  const all = await Promise.all([...answers, ask("/connectors?expand=info&expand=status")]);
  for (const [, text] of all) expect(text).not.toContain('"chicago"');
  const config = JSON.parse(all[0]?.[1] ?? "{}") as Record<string, string>;
  const secrets = connectSecretsFolder(servers.home);
  expect(config["database.password"]).toBe(`\${secrets:${secrets}:postgres-password}`);
  expect(statSync(secrets).mode & 0o077).toBe(0);
  expect(readFileSync(join(secrets, "postgres-password"), "utf8")).toBe("chicago");
});

test.each<readonly [string, Readonly<Record<string, string>>]>([
  ["a page whose name was made to mean this machine", { host: "evil.example:8083" }],
  ["a page of another server", { origin: "http://localhost:3000" }],
])("%s posts no connector", async (_, from) => {
  const url = new URL("/connectors", servers.addresses.CONNECT_URL);
  const headers = { "content-type": "application/json", ...from };
  const [status, text] = await posted(url, headers, { name: "foreign", config: connector("foreign") });
  expect([status, text]).toEqual([403, expect.stringContaining("error_code")]);
  expect((await ask("/connectors"))[1]).not.toContain("foreign");
});

test("Connect itself, behind its proxy, asks for a password that only the proxy has", async () => {
  const settings = readFileSync(join(servers.home, "connect", "worker.properties"), "utf8");
  const worker = /^listeners=(\S+)$/m.exec(settings)?.[1] ?? "";
  expect(worker).not.toBe(servers.addresses.CONNECT_URL);
  const asked = ["/", "/connectors", "/admin/loggers"].map(
    async (path) => (await fetch(worker + path)).status,
  );
  expect(await Promise.all(asked)).toEqual([401, 401, 401]);
  const headers = { "content-type": "application/json" };
  const [status] = await posted(new URL(`${worker}/connectors`), headers, {
    name: "direct",
    config: connector("direct"),
  });
  expect(status).toBe(401);
  expect(statSync(join(servers.home, "connect", "rest-users.properties")).mode & 0o077).toBe(0);
});

test("a statement of a connector runs no program", async () => {
  const proof = join(folder, "pwned");
  const statements = `COPY (SELECT 1) TO PROGRAM 'touch ${proof}'`;
  const [status] = await ask(
    "/connectors/evil/config",
    "PUT",
    connector("evil", { "database.initial.statements": statements }),
  );
  if (status < 300) await settled("evil");
  await ask("/connectors/evil", "DELETE");
  expect(existsSync(proof)).toBe(false);
});

test.each([
  [
    "another client's settings",
    { "producer.override.bootstrap.servers": "127.0.0.1:1" },
    /None.*policy|does not allow|override policy|overrid/i,
  ],
  [
    "a client's config provider",
    {
      "producer.override.config.providers": "file",
      "producer.override.config.providers.file.class":
        "org.apache.kafka.common.config.provider.FileConfigProvider",
    },
    /overrid/i,
  ],
  [
    "a class that is no plugin's",
    { "connector.class": "org.apache.kafka.connect.tools.VerifiableSourceConnector" },
    /Failed to find any class/,
  ],
])("a connector does not get %s", async (_, change, reason) => {
  const [status, text] = await ask("/connectors/refused/config", "PUT", connector("refused", change));
  expect([status, text]).toEqual([expect.any(Number), expect.stringMatching(reason)]);
  expect(status).toBeGreaterThanOrEqual(400);
});

test("there are the plugins of the plugin folder, and no other connectors", async () => {
  const [, text] = await ask("/connector-plugins");
  const plugins = JSON.parse(text) as readonly { class: string; type: string }[];
  expect(
    plugins.filter(({ type }) => type === "source" || type === "sink").map((plugin) => plugin.class),
  ).toEqual(["io.debezium.connector.postgresql.PostgresConnector"]);
});

test("its config provider reads nothing but the folder of Connect's passwords", async () => {
  const change = { "topic.prefix": "x", "database.hostname": `\${secrets:/etc:hostname}` };
  const [status, text] = await ask("/connectors/reads/config", "PUT", connector("reads", change));
  await ask("/connectors/reads", "DELETE");
  expect([status, text]).not.toEqual([201, expect.anything()]);
  expect(text).not.toContain(readFileSync("/etc/hostname", "utf8").trim());
});

test("a connector of the course's kind, with the name and password that everybody knows, brings all rows", async () => {
  const change = {
    transforms: "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": "false",
  };
  const [status, text] = await ask("/connectors/student/config", "PUT", connector("student", change));
  expect([status, text]).toEqual([201, expect.anything()]);
  expect(await settled("student")).toMatch(/^RUNNING/);
  await eventually(async () => {
    let rows = 0;
    await readThrough(kafkaAt(servers.addresses.KAFKA_BROKERS), ["student.public.stations"], (some) => {
      rows += some.length;
    });
    expect(rows).toBe(230);
  });
});
