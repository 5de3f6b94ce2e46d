import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { EXIT } from "../../../schemas/errors.ts";
import { answerHelp } from "../../support/script-help.ts";
import { MUTANTS } from "./list.ts";

/*
 * Breaks the auditor's rules, and those of a change of the number of partitions, one after the other, and runs the tests on each: every one must turn a test red. With no
 * rule broken all must be green, or red says nothing.
 */
const CONFIG = join(import.meta.dirname, "vitest.config.ts");
/** All but the long tests first: most rules need no more. */
const STAGES = [["--exclude", "tests/proof/{matrix,calm}.test.ts"], []];

const UNLOADED = "does not load:";

answerHelp(
  "mutants",
  `Breaks ${MUTANTS.length} rules, most of them the auditor's, one after the other, in memory only; each must turn a test red. Takes about ten minutes.`,
  MUTANTS.map((_, n) => String(n + 1)),
);
const asked = process.argv.slice(2).map(Number);

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** @returns the tests that fail, and why; empty: all pass. */
async function failing(options: readonly string[], rule?: string): Promise<readonly string[]> {
  const child = spawn(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "--config", CONFIG, "--reporter", "json", ...options],
    {
      cwd: projectRoot(),
      env: { ...process.env, ...(rule === undefined ? {} : { PROOF_MUTANT: rule }) },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const report = JSON.parse(text.slice(text.indexOf("{"))) as Report;
  const failed = report.testResults.flatMap(({ assertionResults, message, name }) => {
    const red = assertionResults.filter(({ status }) => status === "failed");
    // A file that does not load has failed without a test.
    if (red.length === 0 && message) return [`${UNLOADED} ${name}: ${message.split("\n", 1)[0]}`];
    return red.map(({ fullName, failureMessages: [why = ""] }) => `${fullName}: ${why.split("\n", 1)[0]}`);
  });
  if ((code === 0) !== (failed.length === 0))
    throw new Error(`vitest ended with ${code}: ${text.slice(-2_000)}`);
  return failed;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [honest] = await failing([]);
if (honest !== undefined) {
  say(`RED       with no rule broken: ${honest}`);
  process.exit(EXIT.failure);
}
let survivors = 0;
for (const [n, { rule }] of MUTANTS.entries()) {
  if (asked.length > 0 && !asked.includes(n + 1)) continue;
  let first: string | undefined;
  for (const options of STAGES) first ??= (await failing(options, rule))[0];
  if (first === undefined) survivors++;
  say(
    `${String(n + 1).padStart(2)} ${first === undefined ? `SURVIVES  ${rule}` : `red       ${rule}: ${first}`}`,
  );
}
say(`${asked.length || MUTANTS.length} mutants, ${survivors} survive`);
process.exit(survivors > 0 ? EXIT.failure : EXIT.ok);
