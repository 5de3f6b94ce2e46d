import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { type Module, modulesOf, readModule } from "./modules.ts";
import { FOLDERS, PACKAGES, PARTS, PURE, SLEEPING_TESTS } from "./rooms.ts";
import { lineOf, violations } from "./rules.ts";

/** The rules that one planted source breaks, with their lines. */
function broken(
  path: string,
  source: string,
  others: Readonly<Record<string, string>> = {},
): readonly string[] {
  const modules = Object.entries({ [path]: source, ...others }).map(([name, text]) => readModule(name, text));
  return violations(modules).map((found) => `${found.path}:${found.line} ${found.rule}`);
}

/** The whole tree is read once: two seconds, and a minute on a starved machine. */
let tree: readonly Module[] = [];
beforeAll(() => {
  tree = modulesOf(projectRoot(), FOLDERS);
}, 300_000);

test("the project keeps its own rules", () => {
  expect(violations(tree).map(lineOf)).toEqual([]);
});

test.each([
  ["a contract that imports the library", "schemas/x.ts", "../infra/runtime/clock.ts"],
  ["the library that imports a stage", "infra/runtime/x.ts", "../../edge/agent.ts"],
  ["a stage that imports another", "gateway/x.ts", "../edge/config.ts"],
  ["a stage that imports a server", "edge/x.ts", "../infra/servers/ksql/service.ts"],
  ["a server that imports the launcher", "infra/servers/ksql/x.ts", "../../launcher/supervisor/start.ts"],
  ["a server that imports another", "infra/servers/ksql/x.ts", "../rest-proxy/produce.ts"],
  ["a command that imports a server", "infra/operator/inspect/x.ts", "../../servers/ksql/service.ts"],
  ["the launcher that imports a stage", "infra/launcher/supervisor/x.ts", "../../../central/services.ts"],
  ["a role that imports another", "central/audit/x.ts", "../dedup/config.ts"],
  ["the page that imports its server", "central/dashboard/web/x.ts", "../server/feed.ts"],
  ["a device that imports an agent", "firmware-sim/x.ts", "../edge/serial/step.ts"],
])("%s is named", (_name, path, specifier) => {
  expect(broken(path, `import "${specifier}";`)).toEqual([`${path}:1 import`]);
});

test.each([
  ["an import", 'import { a } from "../edge/agent.ts";'],
  ["a type import", 'import type { A } from "../edge/agent.ts";'],
  ["an export", 'export * from "../edge/agent.ts";'],
  ["an export of names", 'export { a } from "../edge/agent.ts";'],
  ["an import of a type in place", 'export type A = import("../edge/agent.ts").A;'],
  ["an import at run time", 'export const a = import("../edge/agent.ts");'],
  ["require", 'export const a = require("../edge/agent.ts");'],
  [
    "createRequire",
    'import { createRequire } from "node:module"; const load = createRequire(import.meta.url); load("../edge/agent.ts");',
  ],
])("%s counts as an import", (_name, source) => {
  expect(broken("gateway/x.ts", source)).toEqual(["gateway/x.ts:1 import"]);
});

test.each([
  ["rules that import an adapter", "gateway/bridge/x.ts", "../broker/listener.ts"],
  ["an adapter that imports its beside", "gateway/broker/x.ts", "../http/intake.ts"],
  ["an adapter that imports what puts it together", "edge/uplink/x.ts", "../agents.ts"],
  ["the outbox that imports the serial side", "edge/outbox/x.ts", "../serial/link.ts"],
  ["a port that imports its adapter", "infra/runtime/kafka/ports.ts", "./kafkajs/client.ts"],
  ["the parser that imports the engine", "infra/servers/ksql/sql/x.ts", "../engine/tasks.ts"],
  ["the page's rules that import its state", "central/dashboard/web/rules/x.ts", "../state/store.ts"],
  ["the auditor's core that imports its reader", "central/audit/core/x.ts", "../read/batch.ts"],
])("%s are named: levels go downwards", (_name, path, specifier) => {
  expect(broken(path, `import "${specifier}";`)).toEqual([`${path}:1 level`]);
});

test.each([
  ["a process", "gateway/x.ts", "./main.ts", "main"],
  ["a fake", "gateway/x.ts", "./testing/paused-sink.ts", "testing"],
  ["what crosses stages", "edge/x.ts", "../tests/support/system.ts", "testing"],
  ["a contract of tests", "edge/x.ts", "./outbox/outbox.contract.ts", "testing"],
])("%s is imported by no other source", (_name, path, specifier, rule) => {
  expect(broken(path, `import "${specifier}";`)).toEqual([`${path}:1 ${rule}`]);
});

test("a folder without a room is named", () => {
  expect(broken("relay/x.ts", "export {};")).toEqual(["relay/x.ts:1 place"]);
});

test.each([
  ["gateway/x.ts", "kafkajs"],
  ["infra/launcher/supervisor/parts/x.ts", "kafkajs/src/protocol/error.js"],
  ["infra/runtime/kafka/x.ts", "kafkajs"],
  ["central/x.ts", "mqtt"],
  ["edge/x.ts", "lmdb"],
  ["gateway/x.ts", "serialport"],
  ["gateway/x.ts", "@serialport/bindings-cpp/dist/poller.js"],
  ["edge/x.ts", "a-package-of-no-room"],
])("in %s, %s has its adapter elsewhere", (path, name) => {
  expect(broken(path, `import "${name}";`)).toEqual([`${path}:1 package`]);
});

test("pure rules import no I/O, neither themselves nor through others", () => {
  const path = "gateway/bridge/x.ts";
  expect(broken(path, 'import { readFileSync } from "node:fs";')).toEqual([`${path}:1 pure`]);
  const through = { "infra/runtime/y.ts": 'import "node:net";' };
  expect(broken(path, 'import { y } from "../../infra/runtime/y.ts";', through)).toEqual([`${path}:1 pure`]);
  expect(broken(path, 'import type { Y } from "../../infra/runtime/y.ts";', through)).toEqual([]);
});

test.each([
  "const answer = await fetch(url);",
  "process.exit();",
  "setImmediate(go);",
  "const signal = AbortSignal.timeout(5);",
  "globalThis.count = 1;",
  'const { y } = await import("../../schemas/errors.ts");',
  "const y = await import('./' + name);",
])("`%s` is nothing for a pure rule", (source) => {
  const path = "central/dedup/ranges.ts";
  expect(broken(path, source)).toEqual([`${path}:1 pure`]);
  expect(broken("central/dedup/x.ts", source)).toEqual([]);
});

test("what only looks like the process is taken by a pure rule", () => {
  expect(broken("central/dedup/ranges.ts", "task.process(records); const { signal } = given;")).toEqual([]);
});

test.each([
  "const port = process.env.PORT;",
  'const port = process.env["PORT"];',
  "const { env } = process;",
  'import { env } from "node:process";',
])("`%s` belongs to main.ts and config.ts", (source) => {
  expect(broken("gateway/x.ts", source)).toEqual(["gateway/x.ts:1 environment"]);
  expect(broken("gateway/config.ts", source)).toEqual([]);
});

test.each([
  "const now = Date.now();",
  "const now = Date.now;",
  "const now = new Date();",
  "const chance = Math.random();",
  "const now = performance.now();",
  "setTimeout(() => {}, 5);",
  "globalThis.setInterval(() => {}, 5);",
  'import { setTimeout } from "node:timers/promises";',
])("`%s` belongs to the adapters of the clock and of chance", (source) => {
  expect(broken("edge/x.ts", source)).toEqual(["edge/x.ts:1 time"]);
  expect(broken("infra/runtime/clock.ts", source)).toEqual([]);
});

test("what only looks like the clock is taken", () => {
  const source = "const at = new Date(5); socket.setTimeout(5); clock.now(); queueMicrotask(() => {});";
  expect(broken("edge/x.ts", source)).toEqual([]);
});

test.each([
  "await sleep(50);",
  "await systemClock.sleep(50);",
  "await new Promise((resolve) => setTimeout(resolve, 50));",
])("`%s` is no condition that a test may wait for", (source) => {
  expect(broken("edge/x.test.ts", source)).toEqual(["edge/x.test.ts:1 sleep"]);
  expect(broken("edge/x.integration.test.ts", source)).toEqual(["edge/x.integration.test.ts:1 sleep"]);
  expect(broken("tests/pipeline/x.system.test.ts", source)).toEqual([]);
});

test("every test that may sleep is there, and does", () => {
  const sleeping = tree.filter(({ sleeps }) => sleeps.length > 0).map(({ path }) => path);
  expect(Object.keys(SLEEPING_TESTS).filter((path) => !sleeping.includes(path))).toEqual([]);
});

test("a function of 71 lines is named, one of 70 is not", () => {
  const lines = (n: number): string => "  a;\n".repeat(n - 2);
  for (const head of ["function f() {\n", "const f = () => {\n", "const f = function () {\n"]) {
    expect(broken("edge/x.ts", `${head}${lines(71)}}`)).toEqual(["edge/x.ts:1 length"]);
    expect(broken("edge/x.ts", `${head}${lines(70)}}`)).toEqual([]);
  }
  expect(broken("edge/x.ts", `class A { f() {\n${lines(71)}} }`)).toEqual(["edge/x.ts:1 length"]);
});

test.each(["interface Batch {}", "type Batch = number;", "class Batch {}", "enum Batch {}"])(
  "`export %s` of two modules is named once",
  (source) => {
    const others = {
      "gateway/y.ts": "export interface Batch {}",
      "gateway/testing/z.ts": "export class Batch {}",
    };
    expect(broken("edge/x.ts", `export ${source}`, others)).toEqual(["gateway/y.ts:1 name"]);
    expect(broken("edge/x.ts", source, others)).toEqual([]);
  },
);

test("a type that is exported by a list is named too, one that is passed on is not", () => {
  const others = { "gateway/y.ts": "export interface Batch {}" };
  const source = "interface Batch {} export type { Batch };";
  expect(broken("edge/x.ts", source, others)).toEqual(["gateway/y.ts:1 name"]);
  expect(broken("gateway/x.ts", 'export type { Batch } from "./y.ts";', others)).toEqual([]);
});

test("every room and every package of the tables is there", () => {
  const within = (room: string): boolean =>
    tree.some(({ path }) => path === room || path.startsWith(`${room}/`));
  const rooms = PARTS.flatMap(({ levels, imports }) => [...levels.flat(), ...imports]);
  expect([...rooms, ...PURE, ...Object.values(PACKAGES).flat()].filter((room) => !within(room))).toEqual([]);
  const imported = new Set(tree.flatMap(({ imports }) => imports.map(({ what }) => what)));
  const used = (name: string): boolean => [...imported].some((what) => `${what}/`.startsWith(`${name}/`));
  expect(Object.keys(PACKAGES).filter((name) => !used(name))).toEqual([]);
});

test("the command names what it found and ends with 1", async () => {
  const root = mkdtempSync(join(tmpdir(), "structure-"));
  const plant = (path: string, source: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
  };
  const main = join(projectRoot(), "tests/structure/main.ts");
  const run = () => promisify(execFile)(process.execPath, ["--import", "tsx", main, root]);
  try {
    for (const folder of FOLDERS) mkdirSync(join(root, folder));
    plant("edge/x.ts", "export const now = 5;\n");
    expect(await run()).toMatchObject({ stdout: "" });
    plant("edge/x.ts", "export const now = Date.now();\n");
    await expect(run()).rejects.toMatchObject({
      code: 1,
      stdout: "edge/x.ts:1 (time): Date.now: take a Clock or a Random as a parameter\n",
    });
  } finally {
    rmSync(root, { recursive: true });
  }
});
