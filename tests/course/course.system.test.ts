import { execFile, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { startSystem, type TestSystem } from "../support/system.ts";

/** A Python that has what the course's solutions use. */
const python = process.env["TEST_PYTHON"] ?? "python3";
const needs = "import confluent_kafka.schema_registry.avro, faust, requests";
const canRun = spawnSync(python, ["-c", needs]).status === 0;
const WITHOUT =
  'without TEST_PYTHON: pip install "confluent-kafka[avro,schemaregistry]" faust-streaming requests';
const GIVE_UP_MS = 240_000;

const solution = join(projectRoot(), "tests", "course", "solution");
let system: TestSystem;
beforeAll(async () => {
  if (canRun) system = await startSystem({ command: "infra" });
}, GIVE_UP_MS);
afterAll(async () => {
  await system?.stop();
  await system?.remove();
});

const environment = () => ({
  ...process.env,
  ...system.endpoints,
  ELEVATED_HOME: system.home,
  FAUST_DATADIR: join(system.home, "faust"),
  PYTHONDONTWRITEBYTECODE: "1",
});

const run = (program: string): Promise<unknown> =>
  promisify(execFile)(python, [program], { cwd: solution, env: environment() });

/** A command of the project. @returns its exit code and what it printed. */
async function command(...args: readonly string[]): Promise<readonly [number, string]> {
  const [entry = "", ...rest] = args;
  const child = spawn(process.execPath, [join(projectRoot(), "dist", entry), ...rest], {
    env: environment(),
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  const code = await new Promise<number>((resolve) => child.once("close", (n) => resolve(n ?? -1)));
  return [code, text];
}
const connect = (...args: string[]) => command("central/connect/main.js", ...args);
const check = () => command("infra/operator/course/main.js", "check");

test.skipIf(!canRun)(
  `a solution in Python runs on the servers as it is, and passes the fifteen checks (${WITHOUT})`,
  async () => {
    const [before, nothing] = await check();
    expect([before, nothing]).toEqual([1, expect.stringMatching(/\b0 of 15 pass/)]);
    expect(await connect("apply", "course")).toEqual([0, expect.stringContaining("RUNNING")]);
    await run("weather.py");
    await run("produce.py");
    await run("ksql.py");
    await run("server.py");
    const worker = spawn(python, ["stations.py", "worker", "-l", "warn"], {
      cwd: solution,
      env: environment(),
      stdio: ["ignore", "ignore", "pipe"],
    });
    let words = "";
    worker.stderr.on("data", (chunk: Buffer) => {
      words += chunk.toString();
    });
    const checked = async () => {
      expect(worker.exitCode, words).toBeNull();
      return check();
    };
    try {
      await expect
        .poll(checked, { timeout: GIVE_UP_MS / 2, interval: 2_000 })
        .toEqual([0, expect.stringMatching(/\b15 of 15 pass/)]);
    } finally {
      worker.kill("SIGKILL");
    }
    expect(await connect("delete", "course")).toEqual([0, expect.stringContaining("is dropped")]);
    expect(await connect("delete", "course")).toEqual([0, expect.stringContaining("was not there")]);
    const own = "my.cta.stations";
    expect(await connect("apply", "course", "--topic", own)).toEqual([
      0,
      expect.stringContaining(`topic ${own};`),
    ]);
  },
  GIVE_UP_MS,
);
