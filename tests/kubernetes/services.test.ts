import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import { settingsOf } from "../../infra/runtime/service/config-print.ts";
import { ownServices, readCompose } from "../compose/compose-file.ts";
import { SERVICES } from "../docs/configuration.ts";
import {
  bytesOf,
  environmentOf,
  type Labels,
  mainContainer,
  objectsOf,
  ofKind,
  ownWorkloads,
  podOf,
  type ServiceSpec,
  type Workload,
} from "./manifests.ts";
import { OVERLAYS } from "./render.ts";

const compose = readCompose();
/** What compose does and Kubernetes does another way. */
const OTHERWISE: Readonly<Record<string, string>> = {
  credentials: "the gateway's own first container",
  connectors: "Strimzi's KafkaConnector",
};

/** Which schemas of settings each part reads. */
const READS: Readonly<Record<string, readonly string[]>> = {
  "schema-registry": ["registry stand-in"],
  "rest-proxy": ["REST Proxy stand-in"],
  ksql: ["ksql stand-in"],
  "front-door": ["front door", "probes"],
  gateway: ["gateway mqtt", "probes"],
  "fleet-ingest": ["gateway http", "probes"],
  dedup: ["central dedup", "probes"],
  stations: ["central stations", "probes"],
  telemetry: ["central telemetry", "probes"],
  audit: ["central audit", "probes"],
  dashboard: ["central dashboard", "probes"],
  "firmware-sim": ["firmware-sim", "probes"],
  edge: ["edge", "probes"],
  bootstrap: ["bootstrap"],
  queries: ["ksql"],
};
const PROBES = "firmware-sim, edge, gateway, central";

const schemasOf = (part: string): readonly z.ZodObject[] =>
  [...(READS[part] ?? []), "every process"].flatMap(
    (name) => SERVICES[name === "probes" ? PROBES : name] ?? [],
  );

/** The names that a part's settings have, and those of files that hold one. */
function settingNames(part: string): ReadonlySet<string> {
  const names = schemasOf(part).flatMap((schema) => settingsOf(schema).map(({ name }) => name));
  return new Set([...names, ...names.map((name) => `${name}_FILE`), "ELEVATED_HOME"]);
}

test("every part of the compose file's image is there, or another thing does its work", () => {
  for (const overlay of OVERLAYS) {
    const names = ownWorkloads(objectsOf(overlay)).map(({ metadata }) => metadata.name);
    expect([...names, ...Object.keys(OTHERWISE)].sort()).toEqual(
      ownServices(compose)
        .map(([name]) => name)
        .sort(),
    );
    expect(Object.keys(READS).sort()).toEqual(names.sort());
  }
});

const every = OVERLAYS.flatMap((overlay) =>
  ownWorkloads(objectsOf(overlay)).map((each) => [overlay, each.metadata.name, each] as const),
);

test.each(every)(
  "%s: %s sets only what it reads, and each reference leads somewhere",
  (overlay, name, workload) => {
    const objects = objectsOf(overlay);
    const container = mainContainer(workload);
    const environment = environmentOf(container, objects);
    const known = settingNames(name);
    expect(Object.keys(environment).filter((setting) => !known.has(setting))).toEqual([]);
    expect(Object.entries(environment).filter(([, value]) => value === undefined)).toEqual([]);
    expect((container.env ?? []).length).toBe(Object.keys(environment).length);
    expect(container.envFrom).toBeUndefined();
  },
);

/** What stands in a file instead, as something that fits; what is a file in itself is left out. */
function asRead(environment: Readonly<Record<string, string | undefined>>, known: readonly string[]): Labels {
  const url = "postgresql://cta_admin:secret@postgres:5432/cta";
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value = ""]) => {
      const setting = name.replace(/_FILE$/, "");
      if (name === setting) return [[name, value]];
      return known.includes(setting) ? [[setting, setting === "POSTGRES_URL" ? url : "secret"]] : [];
    }),
  );
}

test.each(every)("%s: %s takes the values that it is given", (overlay, name, workload) => {
  const environment = environmentOf(mainContainer(workload), objectsOf(overlay));
  for (const schema of schemasOf(name)) {
    const settings = asRead(environment, Object.keys(schema.shape));
    expect(() => readConfig(schema, { ELEVATED_HOME: "/state", ...settings })).not.toThrow();
  }
});

/** Where the same server has another name. */
const RENAMED: readonly (readonly [compose: string, kubernetes: string])[] = [
  ["kafka-1:19092,kafka-2:19092,kafka-3:19092", "elevated-kafka-bootstrap:9092"],
  ["mqtt://nginx:1883", "mqtt://gateway:1883"],
  ["http://connect:8083", "http://elevated-connect-connect-api:8083"],
  // Only the compose file has the page that shows Kafka.
  [",8080=http://kafka-ui:8080", ""],
  ["/run/secrets/postgres-url", "/run/secrets/postgres/url"],
  ["/run/secrets/postgres-admin-password", "/run/secrets/postgres/admin-password"],
  ["/run/secrets/mqtt-password", "/run/secrets/mqtt/password"],
];
/** The dashboard is on loopback for a port-forward, which is no person at the machine. */
const ADDED: Readonly<Record<string, Labels>> = { dashboard: { DEMO_CONTROLS: "0" } };

describe("one-broker says what the compose file says", () => {
  const objects = objectsOf("one-broker");
  const own = ownWorkloads(objects).map((each) => [each.metadata.name, each] as const);

  test.each(own)("%s: command, settings, memory", (name, workload) => {
    const service = compose.services[name];
    const container = mainContainer(workload);
    expect([...(container.command ?? []), ...(container.args ?? [])]).toEqual(service?.command);
    const known = settingNames(name);
    const expected = Object.entries(service?.environment ?? {})
      // Compose gives some to parts that do not read them.
      .filter(([setting]) => known.has(setting))
      .map(([setting, value]) => [
        setting,
        RENAMED.reduce((text, [from, to]) => text.replace(from, to), String(value)),
      ]);
    const found = environmentOf(container, objects);
    expect(found).toEqual({ ...Object.fromEntries(expected), ...probesWhere(known), ...ADDED[name] });
    expect(bytesOf(container.resources?.limits?.memory)).toBe(
      bytesOf(service?.mem_limit?.replace(/[mg]$/, (unit) => `${unit.toUpperCase()}i`)),
    );
    expect(bytesOf(container.resources?.requests?.memory)).toBeLessThan(
      bytesOf(container.resources?.limits?.memory),
    );
    expect(container.resources?.requests?.cpu).toMatch(/^\d+m$/);
  });

  /** Compose gives them to parts that end, too. */
  const probesWhere = (known: ReadonlySet<string>): Labels =>
    known.has("PROBE_PORT") ? { PROBE_PORT: "9100", PROBE_HOST: "0.0.0.0" } : {};

  test("images have the tags of .env", () => {
    const images = new Set(every.map(([, , workload]) => mainContainer(workload).image));
    expect([...images]).toEqual([compose.services["dedup"]?.image]);
    const postgres = ofKind<Workload["spec"]>(objects, "StatefulSet").find(
      ({ metadata }) => metadata.name === "postgres",
    );
    const server = postgres && mainContainer(postgres);
    expect(server?.image).toBe(compose.services["postgres"]?.image);
    expect(server?.args).toEqual(compose.services["postgres"]?.command);
    const { POSTGRES_PASSWORD_FILE: file, ...environment } = server ? environmentOf(server, objects) : {};
    expect(compose.services["postgres"]?.environment).toMatchObject(environment);
    expect(file).toBe("/run/secrets/postgres/admin-password");
  });

  test("the gateway's first container makes the agents' passwords as compose's service does", () => {
    const gateway = own.find(([name]) => name === "gateway")?.[1];
    const [first] = gateway ? (podOf(gateway).initContainers ?? []) : [];
    const { command = [], environment } = compose.services["credentials"] ?? {};
    expect(first?.command).toEqual(
      command.map((word) => word.replace("/run/secrets/mqtt-password", "/run/secrets/mqtt/password")),
    );
    expect(environmentOf(first ?? mainContainer(gateway as Workload), objects)).toEqual(environment);
  });

  test("its passwords are those of the compose file's folder", () => {
    const of = (name: string): string =>
      readFileSync(join(projectRoot(), compose.secrets[name]?.file ?? ""), "utf8").trim();
    const held = Object.fromEntries(
      ofKind(objects, "Secret").map(({ metadata, data = {} }) => [
        metadata.name,
        Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
        ),
      ]),
    );
    expect(held).toEqual({
      postgres: {
        url: of("postgres-url"),
        password: of("postgres-password"),
        "admin-password": of("postgres-admin-password"),
      },
      mqtt: { password: of("mqtt-password") },
    });
  });
});

describe.each(OVERLAYS)("ports of %s", (overlay) => {
  const objects = objectsOf(overlay);
  const workloads = ownWorkloads(objects);

  test("a container lists those that its settings name", () => {
    for (const workload of workloads) {
      const container = mainContainer(workload);
      const environment = environmentOf(container, objects);
      const named = Object.entries(environment).flatMap(([name, value = ""]) =>
        // The simulator's control interface is on loopback.
        /_PORT$/.test(name) && name !== "FIRMWARE_SIM_PORT" ? [Number(value)] : [],
      );
      const served = environment["SERIAL_LINK"]?.startsWith("tcp://0.0.0.0:")
        ? [Number(new URL(environment["SERIAL_LINK"]).port)]
        : [];
      const doors = (environment["FRONT_DOOR_TARGETS"] ?? "").match(/\d+(?==)/g)?.map(Number) ?? [];
      const listed = (container.ports ?? []).map(({ containerPort }) => containerPort);
      expect([workload.metadata.name, ...listed.sort()]).toEqual([
        workload.metadata.name,
        ...[...named, ...served, ...doors].sort(),
      ]);
    }
  });

  test("a service leads to a port that its pods have", () => {
    for (const { metadata, spec } of ofKind<ServiceSpec>(objects, "Service")) {
      const pods = [...workloads, ...ofKind<Workload["spec"]>(objects, "StatefulSet")].filter(
        ({ spec: { template } }) =>
          Object.entries(spec.selector).every(([key, value]) => template.metadata.labels[key] === value),
      );
      expect(pods.length, metadata.name).toBeGreaterThan(0);
      for (const pod of pods) {
        const ports = mainContainer(pod).ports ?? [];
        for (const { port, targetPort } of spec.ports) {
          const target = ports.find(({ name, containerPort }) => [name, containerPort].includes(targetPort));
          expect(target?.containerPort, `${metadata.name} ${targetPort}`).toBe(port);
        }
      }
    }
  });
});
