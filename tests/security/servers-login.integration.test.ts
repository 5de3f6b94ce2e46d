import { execFile } from "node:child_process";
import { chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { simulatorConfig } from "../../firmware-sim/config.ts";
import { restProxySink } from "../../firmware-sim/weather/rest-proxy.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { ADMINISTRATOR, adminPassword } from "../../infra/runtime/security/postgres-admin.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { fleetRecord } from "../../schemas/testing/fleet-events.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { kafkaAt } from "../faults/topic-contents.ts";
import { makeAuthority } from "../support/authority.ts";
import { type Guard, guarded } from "../support/basic-auth.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { startStage } from "../support/stage-process.ts";

/*
 * Servers that ask who is there: registry, REST Proxy, Connect and ksql behind HTTP Basic, PostgreSQL that takes no one
 * without TLS. Our clients are the processes that a user starts.
 */
const TOPIC_PREFIX = "logins.";
const LOGIN = { user: "elevated", password: "s3cret: ü" };
const KAFKA_BROKERS = inject("kafka");
const folder = mkdtempSync(join(tmpdir(), "servers-login-"));
let servers: TestServers;
/** Those that are clients of the registry themselves. */
let clients: TestServers;
let guards: Readonly<Record<"SCHEMA_REGISTRY" | "REST_PROXY" | "CONNECT" | "KSQLDB", Guard>>;
let caFile = "";

function logins(password = LOGIN.password): Record<string, string> {
  return Object.fromEntries(
    Object.entries(guards).flatMap(([server, { url }]) => [
      [`${server}_URL`, url],
      [`${server}_USER`, LOGIN.user],
      [`${server}_PASSWORD`, password],
    ]),
  );
}

interface Ended {
  readonly code: number;
  /** Both streams. */
  readonly text: string;
}

/** A command as `npm run …` starts it, with nothing in its environment but this. */
function run(main: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const around = { PATH: process.env["PATH"] ?? "", ELEVATED_HOME: folder, KAFKA_BROKERS, TOPIC_PREFIX };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(projectRoot(), main), ...args],
      { env: { ...around, ...env }, timeout: 60_000 },
      (error, out, err) => {
        const code = error ? Number(error.code ?? -1) : 0;
        resolve({ code, text: out + err });
      },
    );
    child.stdin?.end("SHOW TOPICS;\n");
  });
}

beforeAll(async () => {
  const around = { KAFKA_BROKERS, TOPIC_PREFIX };
  servers = await startServers(["schema-registry", "connect", "postgres"], around);
  const { SCHEMA_REGISTRY_URL, CONNECT_URL } = servers.addresses;
  const registry = await guarded(SCHEMA_REGISTRY_URL, LOGIN);
  clients = await startServers(["rest-proxy", "ksql"], {
    ...around,
    SCHEMA_REGISTRY_URL: registry.url,
    SCHEMA_REGISTRY_USER: LOGIN.user,
    SCHEMA_REGISTRY_PASSWORD: LOGIN.password,
  });
  guards = {
    SCHEMA_REGISTRY: registry,
    REST_PROXY: await guarded(clients.addresses.REST_PROXY_URL, LOGIN),
    CONNECT: await guarded(CONNECT_URL, LOGIN),
    KSQLDB: await guarded(clients.addresses.KSQLDB_URL, LOGIN),
  };
  caFile = await encryptPostgres();
}, 120_000);
afterAll(async () => {
  await Promise.all(Object.values(guards ?? {}).map((guard) => guard.stop()));
  await clients?.stop();
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Give the server a certificate, and keep everybody out of `cta` who comes without TLS. @returns the authority */
async function encryptPostgres(): Promise<string> {
  const authority = await makeAuthority(join(folder, "ca"));
  const { cert, key } = await authority.sign("postgres");
  const url = new URL(servers.addresses.POSTGRES_URL);
  url.pathname = "/postgres";
  // The seeds' role is no superuser: it neither learns where the data are nor changes the server's settings.
  url.username = ADMINISTRATOR;
  url.password = adminPassword(servers.home);
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  try {
    const { rows } = await admin.query<{ folder: string; hosts: string; pid: number }>(
      "SELECT current_setting('data_directory') AS folder, current_setting('hba_file') AS hosts, pg_backend_pid() AS pid",
    );
    // As root the server knows its data only as its own working directory.
    const ours = (path = ""): string => path.replace("/proc/self/", `/proc/${rows[0]?.pid}/`);
    const data = ours(rows[0]?.folder);
    const { uid, gid } = statSync(data);
    for (const [from, to] of [
      [cert, "server.crt"],
      [key, "server.key"],
    ] as const) {
      copyFileSync(from, join(data, to));
      chownSync(join(data, to), uid, gid);
    }
    const hba = ours(rows[0]?.hosts);
    writeFileSync(hba, `hostnossl cta all all reject\n${readFileSync(hba, "utf8")}`);
    await admin.query("ALTER SYSTEM SET ssl = on");
    await admin.query("SELECT pg_reload_conf()");
  } finally {
    await admin.end();
  }
  return authority.caFile;
}

describe("HTTP Basic", () => {
  const sink = (password?: string) =>
    restProxySink(
      simulatorConfig({ ELEVATED_HOME: folder, ...logins(password) }).restProxy,
      TOPIC_PREFIX + TOPICS.weather,
    );
  const weather = { temperature: 61, status: "windy" } as const;

  test("the weather box, the REST Proxy and a reader of its record log in", async () => {
    await sink().send(1_538_395_200_000, weather, AbortSignal.timeout(10_000));
    const read = ["peek", TOPIC_PREFIX + TOPICS.weather, "--from-beginning", "--no-follow"];
    const { code, text } = await run("dist/infra/operator/inspect/main.js", read, logins());
    expect(text).toContain('{"temperature":61,"status":"windy"}');
    expect(code).toBe(0);
    // Only the weather box logged in at the REST Proxy, and at the registry both of them.
    expect(guards.REST_PROXY.admitted).toBe(1);
    expect(guards.SCHEMA_REGISTRY.admitted).toBeGreaterThan(1);
    expect(guards.SCHEMA_REGISTRY.refused).toBe(0);
  });

  test("ksql's client, Connect's and the doctor log in", async () => {
    const [ksql, connect, doctor] = await Promise.all([
      run("dist/central/ksql/main.js", [], logins()),
      run("dist/central/connect/main.js", ["status"], logins()),
      run("infra/launcher/doctor.mjs", ["--json"], logins()),
    ]);
    expect(ksql.text).toContain(TOPIC_PREFIX + TOPICS.weather);
    expect(ksql.code).toBe(0);
    expect(connect.text).toContain("no connector");
    const findings = JSON.parse(doctor.text) as readonly { check: string; level: string }[];
    for (const check of ["registry", "REST Proxy", "Connect", "ksqlDB"])
      expect(findings.find((each) => each.check === check)).toMatchObject({ level: "ok" });
  });

  test("a wrong password is refused by an error that names the settings", async () => {
    const wrong = logins("wrong");
    await expect(sink("wrong").send(1, weather, AbortSignal.timeout(10_000))).rejects.toMatchObject({
      retryable: false,
      message: expect.stringMatching(/"elevated": check REST_PROXY_USER and REST_PROXY_PASSWORD/),
    });
    const [dedup, ksql, connect, doctor] = await Promise.all([
      run("dist/central/main.js", ["dedup"], wrong),
      run("dist/central/ksql/main.js", [], wrong),
      run("dist/central/connect/main.js", ["status"], wrong),
      run("infra/launcher/doctor.mjs", ["--json"], wrong),
    ]);
    expect(dedup.text).toContain("check SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD");
    expect(ksql.text).toContain("check KSQLDB_USER and KSQLDB_PASSWORD");
    expect(connect.text).toContain("check CONNECT_USER and CONNECT_PASSWORD");
    expect(doctor.text).toContain("check CONNECT_USER and CONNECT_PASSWORD");
    expect([dedup, ksql, connect, doctor].filter(({ code }) => code <= 0)).toEqual([]);
  });
});

describe("PostgreSQL by TLS", () => {
  const at = (change: (url: URL) => void = () => {}): string => {
    const url = new URL(servers.addresses.POSTGRES_URL);
    url.hostname = "localhost";
    change(url);
    return url.href;
  };
  const bootstrap = (env: Readonly<Record<string, string>>): Promise<Ended> =>
    run("dist/infra/operator/bootstrap/main.js", [], { POSTGRES_URL: at(), ...env });

  test("bootstrap sets it up, the telemetry writer and the connector work, and the doctor checks the certificate", async () => {
    const tls = { POSTGRES_URL: at(), POSTGRES_TLS_CA_FILE: caFile };
    const made = await bootstrap(tls);
    expect(made.code, made.text).toBe(0);

    const env = { ELEVATED_HOME: folder, KAFKA_BROKERS, TOPIC_PREFIX, ...logins(), ...tls };
    const writer = await startStage("central", env, "telemetry", ["telemetry"]);
    try {
      const encrypted = { ...tls, ...logins(), POSTGRES_SSLMODE: "require" };
      const applied = await run("dist/central/connect/main.js", ["apply"], encrypted);
      expect(applied.code, applied.text).toBe(0);
      await produceEvent();
      await eventually(async () => {
        expect(await overTls("SELECT vehicle_id AS name, true AS ssl FROM av_telemetry.diag")).toEqual([
          "mine",
        ]);
        expect(await overTls(CONNECTED)).toEqual(expect.arrayContaining(["telemetry", "Debezium Streaming"]));
      }, 30_000);
    } finally {
      await writer.kill("SIGTERM");
      await run("dist/central/connect/main.js", ["delete", "stations-debezium"], { ...logins() });
    }
    const doctor = await run("infra/launcher/doctor.mjs", ["--json"], tls);
    expect(doctor.text).toContain("answers, by TLS");
  });

  test("no TLS, an authority that is not trusted and a wrong password are refused by what names the setting", async () => {
    const [plain, untrusted, password, doctor] = await Promise.all([
      bootstrap({}),
      bootstrap({ POSTGRES_TLS: "1" }),
      bootstrap({
        POSTGRES_URL: at((url) => {
          url.password = "wrong";
        }),
        POSTGRES_TLS_CA_FILE: caFile,
      }),
      run("infra/launcher/doctor.mjs", ["--json"], { POSTGRES_URL: at(), POSTGRES_TLS: "1" }),
    ]);
    expect(plain.text).toContain("POSTGRES_TLS=1");
    expect(untrusted.text).toContain("POSTGRES_TLS_CA_FILE");
    expect(password.text).toContain("check the user and the password in POSTGRES_URL");
    expect(doctor.text).toContain("set POSTGRES_TLS_CA_FILE");
    expect([plain, untrusted, password].map(({ code }) => code)).toEqual([69, 69, 69]);
  });

  /** A vehicle's event, as the ingest writes it. */
  async function produceEvent(): Promise<void> {
    const producer = await kafkaAt(KAFKA_BROKERS).producer();
    const value = Buffer.from(JSON.stringify(fleetRecord({ vehicle_id: "mine" })));
    await producer.send([
      { topic: TOPIC_PREFIX + TOPICS.fleet, partition: 0, key: Buffer.from("mine"), value },
    ]);
    await producer.close();
  }

  /** Connections to `cta` at this moment. */
  const CONNECTED = `SELECT application_name AS name, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
    WHERE datname = 'cta' AND pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')`;

  /** Ask over TLS. @param sql - of names, each with whether it is encrypted: all must be. */
  async function overTls(sql: string): Promise<readonly string[]> {
    const client = new Client({ connectionString: at(), ssl: { ca: readFileSync(caFile) } });
    await client.connect();
    try {
      const { rows } = await client.query<{ name: string; ssl: boolean }>(sql);
      expect(rows.filter(({ ssl }) => !ssl)).toEqual([]);
      return rows.map(({ name }) => name);
    } finally {
      await client.end();
    }
  }
});
