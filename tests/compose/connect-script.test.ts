import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { readCompose } from "./compose-file.ts";

const scratch = mkdtempSync(join(tmpdir(), "elevated-connect-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The script of Connect's image, with the container's folders below another one; Kafka shows what it is given. */
function start(env: Readonly<Record<string, string>>): string {
  for (const folder of ["run/secrets", "dev/shm", "tmp", "opt/kafka/bin"]) {
    mkdirSync(join(scratch, folder), { recursive: true });
  }
  writeFileSync(join(scratch, "opt/kafka/bin/connect-distributed.sh"), '#!/bin/sh\ncat "$1"\n', {
    mode: 0o755,
  });
  writeFileSync(join(scratch, "run/secrets/postgres-password"), "chicago\n");
  const script = join(projectRoot(), "infra/deploy/compose/connect/connect.sh");
  const text = readFileSync(script, "utf8").replace(
    /(?<=[\s"=])\/(run|tmp|opt|dev\/shm)\//g,
    `${scratch}/$1/`,
  );
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-c", text], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

test("the compose file's variables become Connect's settings", () => {
  const { environment = {} } = readCompose().services["connect"] ?? {};
  const given = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
  const lines = start(given).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "bootstrap.servers=kafka-1:19092,kafka-2:19092,kafka-3:19092",
      "config.providers.secrets.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider",
      "config.providers.secrets.param.allowed.paths=/dev/shm/connect",
      "key.converter.schemas.enable=false",
    ]),
  );
});

test("a secret reaches Kafka without the line end that an editor leaves", () => {
  start({});
  // As a container that starts again does.
  start({});
  expect(readFileSync(join(scratch, "dev/shm/connect/postgres-password"), "utf8")).toBe("chicago");
});

test("as shipped it has none: Confluent's image reads the file itself", () => {
  const { file = "" } = readCompose().secrets["postgres-password"] ?? {};
  expect(readFileSync(join(projectRoot(), file), "utf8")).not.toMatch(/\s$/);
});

test("what is kept in memory lies where the image has a folder for everybody", () => {
  // Docker makes any other folder root's, and once the container starts again its user may not write there.
  const folders = Object.entries(readCompose().services).flatMap(([name, { tmpfs = [] }]) =>
    tmpfs.map((folder) => `${name} ${folder}`),
  );
  expect(folders.length).toBeGreaterThan(5);
  expect(folders.filter((folder) => !folder.endsWith(" /tmp"))).toEqual([]);
});
