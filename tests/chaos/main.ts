import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { EXIT } from "../../schemas/errors.ts";
import { type ChaosReport, chaos } from "./chaos.ts";
import { BROKEN, brokenCopy } from "./controls.ts";
import { FAULTS } from "./faults.ts";
import { REPLACEABLE, type Replaceable } from "./site.ts";

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly minutes: number;
  readonly rate: number;
  readonly brokers: number;
  readonly settle: number;
  readonly faults: readonly string[];
  readonly replace: Readonly<Partial<Record<Replaceable, string>>>;
  readonly broken?: string;
  readonly keep: boolean;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("give a number from 0");
  return value;
}

function brokersIn(text: string): number {
  if (text !== "1" && text !== "3") throw new InvalidArgumentError("give 1 or 3");
  return Number(text);
}

function faultNames(text: string): readonly string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !(name in FAULTS));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`no fault ${unknown}: there are ${Object.keys(FAULTS).join(", ")}`);
  return names;
}

function replacement(text: string, before: Options["replace"]): Options["replace"] {
  const at = text.indexOf("=");
  const part = REPLACEABLE.find((name) => name === text.slice(0, at));
  if (!part)
    throw new InvalidArgumentError(`give ${REPLACEABLE.map((name) => `${name}=COMMAND`).join(" or ")}`);
  return { ...before, [part]: text.slice(at + 1) };
}

function brokenRule(name: string): string {
  if (!BROKEN.some((rule) => rule.name === name))
    throw new InvalidArgumentError(`there are: ${BROKEN.map((rule) => `"${rule.name}"`).join(", ")}`);
  return name;
}

const WIDTH = Math.max(...Object.keys(FAULTS).map(({ length }) => length)) + 2;
const LIST = Object.entries(FAULTS).map(([name, { about }]) => `  ${name.padEnd(WIDTH)}${about}`);

await new Command("chaos")
  .description(
    "Run the whole system under load, strike it with a seed's faults, let it heal, and hold each press against the clean topic, ksql's sums, the page and the auditor. The report is JSON on stdout; exit 1 when anything differs.",
  )
  .option("--seed <n>", "the same seed gives the same faults at the same times", number, 1)
  .option("--seeds <n>", "how many seeds to run, one after the other, beginning with --seed", number, 1)
  .option("--minutes <n>", "of load and faults", number, 10)
  .option("--rate <n>", "presses a second over all turnstiles", number, 200)
  .option("--brokers <n>", "Kafka's, 1 or 3: of three, any one may be away", brokersIn, 1)
  .option("--settle <seconds>", "how long all may take to agree afterwards", number, 600)
  .option("--faults <names>", "only these, separated by commas", faultNames, Object.keys(FAULTS))
  .option(
    "--replace <part=command>",
    `a program of yours in place of ${REPLACEABLE.join(" or ")}; may be given twice`,
    replacement,
    {},
  )
  .option("--broken <rule>", "break a rule on purpose: the run must end with 1", brokenRule)
  .option("--keep", "keep the home, to look into its logs; it is kept too when something differs", false)
  .addHelpText(
    "after",
    `\nFaults:\n${LIST.join("\n")}\n\nRules to break:\n${BROKEN.map(({ name }) => `  ${name}`).join("\n")}\n\nExamples:\n  npm run -s chaos -- --seed 7 --minutes 5 > report.json\n  npm run chaos -- --faults kill,freeze --seeds 20\n  npm run chaos -- --broken "dedup is off" --minutes 1\n  npm run chaos -- --replace gateway='python3 gateway.py'`,
  )
  .action(async (options: Options) => {
    const early = new AbortController();
    process.once("SIGINT", () => {
      process.stderr.write("ending early; once more ends at once\n");
      early.abort();
    });
    const reports: ChaosReport[] = [];
    const copy = options.broken === undefined ? undefined : await brokenCopy(options.broken);
    try {
      for (let seed = options.seed; seed < options.seed + options.seeds && !early.signal.aborted; seed++)
        reports.push(await one(options, seed, copy?.root ?? projectRoot(), early.signal));
    } catch (error) {
      // It is no report on the system when a witness could not be asked, or the system did not start.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = EXIT.failure;
      return;
    } finally {
      await copy?.remove();
    }
    process.stdout.write(`${JSON.stringify(options.seeds === 1 ? reports[0] : reports, null, 2)}\n`);
    process.exitCode = reports.every(({ holds }) => holds) ? EXIT.ok : EXIT.failure;
  })
  .parseAsync();

async function one(options: Options, seed: number, root: string, signal: AbortSignal): Promise<ChaosReport> {
  const home = mkdtempSync(join(tmpdir(), "elevated-chaos-"));
  const began = performance.now();
  const note = (line: string): void => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
  };
  note(`seed ${seed}, ${options.minutes} minutes, ${options.rate} presses a second`);
  const { minutes, rate, brokers, faults, replace, settle } = options;
  let holds = false;
  try {
    const settleMs = settle * 1_000;
    const report = await chaos({
      home,
      root,
      brokers,
      seed,
      minutes,
      rate,
      faults,
      replace,
      settleMs,
      note,
      signal,
    });
    ({ holds } = report);
    const { pressed, lost, doubled, outOfOrder, drainedMs, auditor } = report;
    note(
      `${pressed} pressed: ${lost} lost, ${doubled} doubled, ${outOfOrder} out of order; ${drainedMs === null ? "never agreed" : `all agreed after ${(drainedMs / 1000).toFixed(1)} s`}; the auditor says ${auditor.state}, ${auditor.findings} findings`,
    );
    return report;
  } finally {
    if (holds && !options.keep) rmSync(home, { recursive: true, force: true });
    else process.stderr.write(`The home is ${home}\n`);
  }
}
