import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { EXIT } from "../../schemas/errors.ts";
import { soak } from "./soak.ts";

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("give a number from 0");
  return value;
}

interface Options {
  readonly minutes: number;
  readonly load: number;
  readonly seed: number;
  readonly keep?: boolean;
}

await new Command("soak")
  .description(
    "Starve the whole system of processor time, kill ksql, central, the gateway and Kafka at random, and compare the auditor's, a consumer's and ksql's counts. The report is JSON on stdout; exit 1 when anything differs.",
  )
  .option("--minutes <n>", "of load and kills", number, 30)
  .option("--load <n>", "busy processes beside the system", number, 40)
  .option("--seed <n>", "the same seed kills the same parts after the same pauses", number, 1)
  .option("--keep", "keep the home, to look into its logs; it is kept too when something differs")
  .addHelpText(
    "after",
    "\nExamples:\n  npm run -s soak > report.json\n  npm run soak -- --minutes 2 --load 0 --keep",
  )
  .action(async ({ minutes, load, seed, keep = false }: Options) => {
    const home = mkdtempSync(join(tmpdir(), "elevated-soak-"));
    const began = performance.now();
    const note = (line: string): void => {
      const seconds = Math.round((performance.now() - began) / 1000);
      process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
    };
    const early = new AbortController();
    process.once("SIGINT", () => {
      note("ending early; once more ends at once");
      early.abort();
    });
    let holds = false;
    try {
      const report = await soak({ minutes, load, seed, home, note, signal: early.signal });
      holds = report.holds;
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    } finally {
      if (holds && !keep) rmSync(home, { recursive: true, force: true });
      else process.stderr.write(`The home is ${home}\n`);
    }
    process.exitCode = holds ? EXIT.ok : EXIT.failure;
  })
  .parseAsync();
