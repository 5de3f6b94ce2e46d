import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { takeHome } from "../infra/launcher/supervisor/home.ts";
import { projectRoot } from "../infra/runtime/project-root.ts";
import { DEFAULT_ENDPOINTS, publishedEndpoints, writeEndpoints } from "../infra/runtime/service/endpoints.ts";
import { freePort } from "../infra/runtime/testing/free-port.ts";

/* A system that was killed leaves its addresses behind, and no server at them. */
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

const programOf = (stage: string): string => join(projectRoot(), "dist", stage, "main.js");

test.each([
  ["infra/launcher/supervisor", ["status"]],
  ["infra/operator/inspect", ["topics"]],
  ["infra/operator/inspect", ["peek", "org.chicago.cta.arrivals"]],
  ["central/ksql", []],
  ["central/ksql", ["apply"]],
  ["central/flink", ["status"]],
  ["central/connect", ["status"]],
  ["firmware-sim", ["devices"]],
])("%s %j says that there is no system and how to start one, and ends with 69", (stage, args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programOf(stage), ...args], {
    env: { PATH: process.env["PATH"], ELEVATED_HOME: home },
    encoding: "utf8",
  });
  expect(stderr).toContain("npm start");
  expect({ status, stdout }).toEqual({ status: 69, stdout: "" });
});

test("none of them speaks to the system of another home that has those addresses now, unless told to", {
  timeout: 120_000,
}, async () => {
  const other = mkdtempSync(join(tmpdir(), "elevated-other-"));
  const addresses = Object.values(publishedEndpoints(home)).map((address = "") =>
    address.replace(/\/\/[^@/]*@/, "//"),
  );
  const lock = await takeHome(other, () => ({ pid: process.pid, home: other, url: null, addresses }));
  const run = async (stage: string, ...args: readonly string[]) => {
    const env = { PATH: process.env["PATH"], ELEVATED_HOME: home };
    const child = spawn(process.execPath, [programOf(stage), ...args], { env });
    const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
    return {
      command: [stage, ...args],
      status: child.exitCode,
      other: stderr.includes(`ELEVATED_HOME=${other}`),
    };
  };
  const commands = [
    ["infra/launcher/supervisor", "status"],
    ["infra/operator/bootstrap"],
    ["central/connect", "apply"],
    ["firmware-sim/vehicles"],
    ["firmware-sim", "devices"],
    ["edge", "--station", "40380"],
  ] as const;
  const outcomes = await Promise.all(commands.map(([stage, ...args]) => run(stage, ...args)));
  expect(outcomes).toEqual(commands.map((command) => ({ command: [...command], status: 69, other: true })));
  // What speaks to no server is not refused.
  expect(await run("edge", "outbox", "40380")).toMatchObject({ status: 0, other: false });
  await lock.release();
  rmSync(other, { recursive: true, force: true });
});
