import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { port } from "./config.ts";
import type { Environment } from "./environment.ts";
import { createProgram, runProgram } from "./program.ts";

const others = vi.hoisted(() => ({ systems: [] as unknown[] }));
vi.mock("./systems.ts", () => ({ runningSystems: async () => others.systems }));

const settings = z.object({
  KAFKA_BROKERS: z.string().default("localhost:9092"),
  DEMO_PORT: port.default(8088),
  DEMO_KEY: z.string(),
});

let err: string;
beforeEach(() => {
  err = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

/** @returns the exit code of a command that reads its settings as it begins. */
async function run(env: Environment): Promise<unknown> {
  const given = { ELEVATED_HOME: "/nowhere/mine", ...env };
  const texts = { name: "demo", description: "Shows it.", examples: "  demo" };
  const program = createProgram({ ...texts, settings: [settings], env: given });
  process.exitCode = 0;
  await runProgram(
    program.action(() => {}),
    [],
  );
  return process.exitCode;
}

test("a wrong setting ends with 78 also while another home's system runs", async () => {
  others.systems = [{ home: "/nowhere/other", addresses: ["localhost:9092"] }];
  expect(await run({ DEMO_PORT: "abc" })).toBe(78);
  expect(err).toContain('DEMO_PORT is "abc"');
});

test("another home's system is refused with 69, also by a command that was not given every setting", async () => {
  others.systems = [{ home: "/nowhere/other", addresses: ["localhost:9092"] }];
  expect(await run({})).toBe(69);
  expect(err).toContain("is that of /nowhere/other");
});
