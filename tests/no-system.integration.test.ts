import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../infra/runtime/project-root.ts";
import { DEFAULT_ENDPOINTS, writeEndpoints } from "../infra/runtime/service/endpoints.ts";
import { freePort } from "../infra/runtime/testing/free-port.ts";

/* A system that was killed leaves its addresses behind, and nobody at them. */
const home = mkdtempSync(join(tmpdir(), "elevated-no-system-"));
beforeAll(async () => {
  const dead = async (address: string) => address.replace(/:\d+(?=\/|$)/, `:${await freePort()}`);
  const names = Object.entries(DEFAULT_ENDPOINTS);
  writeEndpoints(
    home,
    Object.fromEntries(await Promise.all(names.map(async ([name, at]) => [name, await dead(at)]))),
  );
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test.each([
  ["infra/launcher/supervisor/main.ts", ["status"]],
  ["infra/operator/inspect/main.ts", ["topics"]],
  ["infra/operator/inspect/main.ts", ["peek", "org.chicago.cta.arrivals"]],
  ["central/ksql/main.ts", []],
  ["central/ksql/main.ts", ["apply"]],
  ["central/connect/main.ts", ["status"]],
  ["firmware-sim/main.ts", ["devices"]],
])("%s %j says that there is no system and how to start one, and ends with 69", (main, args) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(projectRoot(), main), ...args],
    { env: { PATH: process.env["PATH"], ELEVATED_HOME: home }, encoding: "utf8" },
  );
  expect(stderr).toContain("npm start");
  expect({ status, stdout }).toEqual({ status: 69, stdout: "" });
});
