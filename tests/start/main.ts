import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { Sandbox } from "./sandbox.ts";
import { argumentsOf, SCENARIOS, type Scenario, type Start } from "./scenarios.ts";
import type { Outcome } from "./to-first-train.mjs";

const SCRIPT = join(import.meta.dirname, "to-first-train.mjs");

interface Row {
  readonly name: string;
  readonly result: "held" | "FAILED" | "skipped";
  readonly words: string;
}

async function one(scenario: Scenario): Promise<Row> {
  const { name } = scenario;
  const lacks = scenario.lacks?.();
  if (lacks !== undefined) return { name, result: "skipped", words: `needs ${lacks}` };
  const place = new Sandbox();
  const { starts, end } = await scenario.prepare(place);
  const outcomes: Outcome[] = [];
  try {
    for (const start of starts) {
      const before = starts[outcomes.length - 1];
      if (before && !existsSync(start.cwd)) place.copy(before.cwd, start.cwd.slice(place.folder.length + 1));
      outcomes.push(await run(start));
    }
    const left = processesOf(place.folder);
    const bad = outcomes.find(({ trainMs, allMs, code }) => trainMs === null || allMs === null || code !== 0);
    if (bad) return { name, result: "FAILED", words: `ended with ${bad.code}\n${bad.words}` };
    if (left.length > 0) return { name, result: "FAILED", words: `left behind: ${left.join(", ")}` };
    const made = starts.flatMap(({ cwd }) => filesMadeIn(cwd));
    if (made.length > 0)
      return { name, result: "FAILED", words: `made beside the sources: ${made.join(", ")}` };
    return { name, result: "held", words: outcomes.map(figures).join("; then ") };
  } finally {
    end?.();
    place.remove();
  }
}

function figures({ trainMs, allMs }: Outcome): string {
  const seconds = (ms: number | null): string => `${((ms ?? 0) / 1000).toFixed(1)} s`;
  return `first train after ${seconds(trainMs)}, everything runs after ${seconds(allMs)}`;
}

async function run(start: Start): Promise<Outcome> {
  const node = start.node ?? process.execPath;
  const [program = "", ...args] = [...(start.through ?? []), node, SCRIPT, ...argumentsOf(start)];
  const child = spawn(program, args, {
    cwd: start.cwd,
    env: environment(start),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [answer, trouble] = await Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    return JSON.parse(answer) as Outcome;
  } catch {
    return { trainMs: null, allMs: null, code: child.exitCode, words: `${answer}${trouble}` };
  }
}

/** Nothing of the npm that runs this, and no address of a system that runs elsewhere. */
function environment({ env = {} }: Start): NodeJS.ProcessEnv {
  const own = /^npm_|^INIT_CWD$|^ELEVATED_|_URL$|^KAFKA_BROKERS$/;
  const inherited = Object.entries(process.env).filter(([name]) => !own.test(name));
  const all = { ...Object.fromEntries(inherited), ...env };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What a start left in the clone that the project does not know as its own. */
function filesMadeIn(clone: string): readonly string[] {
  const git = ["-c", "safe.directory=*", "-C", clone, "status", "--porcelain"];
  return execFileSync("git", git, { encoding: "utf8" }).split("\n").filter(Boolean);
}

/** Processes whose command line or working directory names this folder. */
function processesOf(folder: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
      } catch {
        return false;
      }
    });
}

const program = new Command("test:start")
  .description(
    "npm start to the first train, in fresh clones of the last commit, by all sorts of users and places.",
  )
  .argument("[names...]", "scenarios; none: all")
  .option("--list", "say what there is, and run nothing")
  .addHelpText(
    "after",
    `
Each scenario clones the project, sets it up with the caches that npm and Maven have, starts it, waits for the first
train, ends it as Ctrl+C does, and looks for processes that were left behind. One or two minutes each.

Examples:
  npm run test:start
  npm run test:start -- root-private odd-path`,
  )
  .action(async (names: readonly string[], { list }: { readonly list?: boolean }) => {
    const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
    if (unknown.length > 0) program.error(`there is no scenario ${unknown.join(", ")}: --list names them`);
    const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
    let failed = 0;
    for (const scenario of chosen) {
      if (list) {
        process.stdout.write(`${scenario.name.padEnd(14)}${scenario.about}\n`);
        continue;
      }
      const { name, result, words } = await one(scenario);
      if (result === "FAILED") failed++;
      process.stdout.write(`${name.padEnd(14)}${result.padEnd(9)}${words}\n`);
    }
    process.exitCode = failed > 0 ? 1 : 0;
  });

await program.parseAsync();
