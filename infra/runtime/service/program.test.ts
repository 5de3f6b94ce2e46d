import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { CodedError } from "../../../schemas/errors.ts";
import { port } from "./config.ts";
import type { Environment } from "./environment.ts";
import { createProgram, runProgram } from "./program.ts";

const settings = z.object({
  DEMO_PORT: port.default(8088).describe("Where to listen; `0` takes any free port."),
  DEMO_TOKEN: z.string().optional().describe("A secret."),
});

let home: string;
let out: string;
let err: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "program-"));
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(home, { recursive: true, force: true });
  process.exitCode = 0;
});

/** @returns the exit code. */
async function run(words: readonly string[], env: Environment = {}, action = () => {}): Promise<unknown> {
  const given = { ELEVATED_HOME: home, ...env };
  const options = {
    name: "demo",
    description: "Shows it.",
    settings: [settings],
    examples: "  demo",
    env: given,
  };
  const program = createProgram(options).option("--speed <n>", "how fast").action(action);
  program.command("status").option("--json", "for programs").action(action);
  process.exitCode = 0;
  await runProgram(program, words);
  return process.exitCode;
}

describe("the command line of a process", () => {
  test.each([
    [["--nonsense"], 2, /unknown option '--nonsense'/],
    [["status", "--nonsense"], 2, /unknown option '--nonsense'/],
    [["statsu"], 2, /did you mean status\?/],
    [["status", "more"], 2, /too many arguments/],
    [["--speed"], 2, /argument missing/],
    [["config", "prnt"], 2, /prnt|config/],
    [["--help"], 0, /^$/],
    [["status", "--json"], 0, /^$/],
    [[], 0, /^$/],
  ])("%j ends with %d", async (words, code, says) => {
    expect(await run(words)).toBe(code);
    expect(err).toMatch(says);
  });

  test.each([
    [new CodedError("USAGE", { message: "name a station", retryable: false }), 2, "demo: name a station\n"],
    [new CodedError("CONFIG_INVALID", { message: "X is y", retryable: false }), 78, "demo: X is y\n"],
    [new CodedError("KAFKA_UNAVAILABLE", { message: "no Kafka", retryable: true }), 69, "demo: no Kafka\n"],
  ])("%s becomes a line and %d", async (error, code, line) => {
    const fail = () => {
      throw error;
    };
    expect(await run([], {}, fail)).toBe(code);
    expect(err).toBe(line);
  });

  test("an error that was not expected keeps its stack", async () => {
    const fail = () => {
      throw new Error("oops");
    };
    expect(await run([], {}, fail)).toBe(1);
    expect(err).toMatch(/^demo: Error: oops\n {4}at /);
  });

  test("the help lists every setting with its default, and config print last of the commands", async () => {
    await run(["--help"]);
    expect(out).toMatch(/DEMO_PORT +Where to listen; 0 takes any free port. \(default:\s+8088\)/);
    expect(out).toMatch(/DEMO_TOKEN +A secret\.\n/);
    expect(out).toMatch(/status \[options\].*config /s);
  });

  test("config print shows what it would run with, and 78 for what is wrong", async () => {
    expect(await run(["config", "print"], { DEMO_PORT: "1", DEMO_TOKEN: "hunter2" })).toBe(0);
    expect(out).toMatch(/DEMO_PORT +1 +environment/);
    expect(out).not.toContain("hunter2");
    expect(await run(["config", "print"], { DEMO_PORT: "abc" })).toBe(78);
    expect(err).toContain('DEMO_PORT is "abc": give a port number');
  });
});
