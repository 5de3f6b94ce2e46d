import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import { SUPPORTED_NODES } from "../../infra/launcher/setup/tools.mjs";
import { nodeOf, versionOf, withNode } from "./node-versions.ts";
import { Sandbox } from "./sandbox.ts";

const LAST_WORDS = 12;

interface Options {
  readonly start?: boolean;
  readonly unit?: boolean;
}

/** A command of a fresh clone by this Node. @returns did it end with 0? */
async function run(version: string, command: readonly string[]): Promise<boolean> {
  const place = new Sandbox();
  try {
    const bin = nodeOf(version, join(place.folder, "node"));
    const cwd = place.clone("clone");
    process.stdout.write(`${versionOf(bin)}  ${command.join(" ")}\n`);
    const [program = "", ...args] = command;
    const child = spawn(program, args, { cwd, env: withNode(bin), stdio: ["ignore", "pipe", "pipe"] });
    let lines: readonly string[] = [];
    const failures = new Set<string>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        const more = text.split("\n").filter(Boolean);
        for (const line of more) if (/ FAIL | × /.test(stripVTControlCharacters(line))) failures.add(line);
        lines = [...lines, ...more].slice(-LAST_WORDS);
      });
    }
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    for (const line of code === 0 ? lines.slice(-1) : [...failures, ...lines])
      process.stdout.write(`  ${line}\n`);
    return code === 0;
  } finally {
    place.remove();
  }
}

const program = new Command("test:node")
  .description("npm test in fresh clones of the last commit, by each Node that is supported.")
  .argument("[versions...]", "Nodes, as npm's package `node` has them", SUPPORTED_NODES)
  .option("--start", "only npm start to the first train")
  .option("--unit", "only the tests that need no servers")
  .addHelpText(
    "after",
    `
Examples:
  npm run test:node                  each of ${SUPPORTED_NODES.join(", ")}
  npm run test:node -- 24 --start    a quick look`,
  )
  .action(async (versions: readonly string[], { start, unit }: Options) => {
    const script = join(import.meta.dirname, "to-first-train.mjs");
    const tests = unit ? ["npm", "run", "test:unit"] : ["npm", "test"];
    const command = start ? ["node", script, "--free-ports"] : tests;
    let good = true;
    for (const version of versions) good = (await run(version, command)) && good;
    process.exitCode = good ? 0 : 1;
  });

await program.parseAsync();
