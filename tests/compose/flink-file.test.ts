import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { flinkSettings } from "../../infra/launcher/supervisor/parts/flink-settings.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { readCompose, readFlink } from "./compose-file.ts";

const root = projectRoot();
const below = readCompose().services;
const { services, volumes } = readFlink();
const own = Object.entries(services).filter(([name]) => !(name in below));

test("it has Flink's four processes, and changes only who applies the statements and what the page asks", () => {
  expect(own.map(([name]) => name)).toEqual([
    "flink-zookeeper",
    "flink-jobmanager",
    "flink-taskmanager",
    "flink-gateway",
  ]);
  expect(Object.keys(services).filter((name) => name in below)).toEqual(["queries", "dashboard"]);
  expect(services["queries"]?.command).toEqual(["node", "dist/central/flink/main.js", "apply"]);
});

describe.each(own)("%s", (_, service) => {
  test("has a pinned image, a memory limit, a health check, and no port on this machine", () => {
    expect(service.image).toMatch(/^elevated-flink:\d+\.\d+\.\d+$/);
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.healthcheck?.test?.[0]).toBe("CMD");
    expect(service.ports).toBeUndefined();
  });

  test("waits for services that are there, keeps its state in a volume that is there, and names only such hosts", () => {
    for (const name of Object.keys(service.depends_on ?? {})) expect(services).toHaveProperty(name);
    for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty(volume.split(":")[0] ?? "");
    const hosts = JSON.stringify(service.environment ?? {}).match(/flink-[a-z]+(?=[:\\])/g) ?? [];
    for (const host of hosts) expect(services).toHaveProperty(host);
  });
});

test("its cluster is set as the built-in one, where both must be", () => {
  const text = String(services["flink-jobmanager"]?.environment?.["FLINK_PROPERTIES"]);
  const settings = parse(text) as Record<string, unknown>;
  const ports = { zookeeper: 1, jobManager: 2, gateway: 3 };
  const builtIn: Readonly<Record<string, unknown>> = flinkSettings({ folder: "/state", ports }, "/tmp");
  const others = /address|port$|quorum|memory/;
  const differing = Object.keys(settings).filter(
    (name) => !others.test(name) && settings[name] !== builtIn[name],
  );
  expect(differing).toEqual([]);
});

test("its image has the versions of the built-in Flink", () => {
  const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");
  const pom = read("infra", "launcher", "supervisor", "flink", "pom.xml");
  const version = (name: string): string => new RegExp(`<${name}>(.+)</${name}>`).exec(pom)?.[1] ?? "";
  const file = read("infra", "deploy", "compose", "flink", "Dockerfile");
  expect(file).toContain(`FLINK_VERSION=${version("flink.version")}\n`);
  expect(file).toContain(`FLINK_KAFKA_VERSION=${version("flink.kafka.version")}\n`);
  expect(read(".env")).toContain(`FLINK_TAG=${version("flink.version")}-java17\n`);
});
