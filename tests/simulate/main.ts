import { Command, InvalidArgumentError } from "commander";
import { EXIT } from "../../schemas/errors.ts";
import { huntAll } from "./controls/controls.ts";
import { BROKEN_RULES, OLD_DEFECTS } from "./controls/list.ts";
import { Coverage } from "./coverage.ts";
import { type Fault, KINDS } from "./faults/faults.ts";
import { holds, type RunResult, simulate } from "./run.ts";
import { shortest } from "./shrink.ts";
import { reportOf } from "./words.ts";

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("give a whole number from 0");
  return value;
}

/** `3,7`: the faults of the seed's list, by their places in it. */
function places(text: string): readonly number[] {
  return text === "none" ? [] : text.split(",").map(whole);
}

interface Options {
  readonly seed?: number;
  readonly seeds: number;
  readonly from: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly faults?: readonly number[];
  readonly trace?: boolean;
  readonly kinds?: boolean;
  readonly controls?: boolean;
  readonly defects?: boolean;
  readonly only?: string;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

/** One run, with all of the seed's faults or some of them. */
async function once(seed: number, { seconds, trace }: Options, some?: readonly number[]): Promise<RunResult> {
  const options = { seed, troubledMs: seconds * 1000, ...(trace ? { onEvent: say } : {}) };
  if (some === undefined) return simulate(options);
  const { faults } = await simulate({ ...options, drainMs: 0 });
  const chosen = some.flatMap((n) => faults[n - 1] ?? []);
  return simulate({ ...options, faults: chosen });
}

/** Say which of the faults a failure needs, and how to see it again. */
async function explain(failed: RunResult, options: Options): Promise<void> {
  note(`seed ${failed.seed} fails; looking for the faults that it needs`);
  const troubledMs = options.seconds * 1000;
  const fails = async (faults: readonly Fault[]): Promise<boolean> =>
    !holds(await simulate({ seed: failed.seed, troubledMs, faults }));
  const needed = await shortest(failed.faults, fails);
  const numbers = needed.map((fault) => failed.faults.indexOf(fault) + 1).join(",") || "none";
  const seconds = options.seconds === SECONDS ? "" : ` --seconds ${options.seconds}`;
  const least = await simulate({ seed: failed.seed, troubledMs, faults: needed });
  const first = least.wrong.find(({ kind }) => kind !== "miscounted");
  const { way } = first
    ? await simulate({ seed: failed.seed, troubledMs, faults: needed, follow: first })
    : { way: [] };
  const again = `npm run simulate -- --seed ${failed.seed} --faults ${numbers}${seconds} --trace`;
  say(reportOf({ ...least, faults: failed.faults }, needed, way, again));
}

const SECONDS = 20;
const PROGRESS_MS = 10_000;

await new Command("simulate")
  .description(
    "Run the whole way of readings, from devices to the auditor, in one process under virtual time. One seed decides every delay, loss and crash. What came out is held against what was pressed; exit 1 when anything is lost, doubled, out of order, stuck, or found by the auditor though nothing is wrong.",
  )
  .option("--seed <n>", "one run by this seed", whole)
  .option("--seeds <n>", "runs by so many seeds", whole, 100)
  .option("--from <n>", "the first of these seeds", whole, 1)
  .option("--minutes <n>", "begin no other run after so many minutes", whole, 60)
  .option("--seconds <n>", "of virtual time in which things go wrong, in each run", whole, SECONDS)
  .option("--faults <list>", "with --seed: only these of the seed's faults, for example 2,5, or none", places)
  .option("--trace", "print every event of the run")
  .option("--kinds", "print the kinds of faults, and end")
  .option("--controls", "break rules, one after the other: each must be seen within --seeds runs")
  .option("--defects", "the same with defects of the past: take the mend of each out")
  .option("--only <text>", "of controls and defects those whose name has this text")
  .addHelpText(
    "after",
    "\nExamples:\n  npm run simulate\n  npm run simulate -- --seeds 1000 --minutes 30\n  npm run simulate -- --seed 7 --faults 2,5 --trace",
  )
  .action(async (options: Options) => {
    if (options.kinds) {
      for (const kind of Object.keys(KINDS)) say(kind);
      return;
    }
    if (options.controls || options.defects) {
      const list = [...(options.controls ? BROKEN_RULES : []), ...(options.defects ? OLD_DEFECTS : [])];
      const chosen = list.filter(({ name }) => name.includes(options.only ?? ""));
      process.exitCode = (await huntAll(chosen, options.seeds, say)) ? EXIT.ok : EXIT.failure;
      return;
    }
    const coverage = new Coverage();
    const { seed, seeds, from, minutes } = options;
    const began = performance.now();
    const count = seed === undefined ? seeds : 1;
    const first = seed ?? from;
    let [failures, runs, presses, virtualMs, toldAt] = [0, 0, 0, 0, began];
    for (; runs < count && performance.now() - began < minutes * 60_000; runs++) {
      const result = await once(first + runs, options, options.faults);
      for (const [n, { kind }] of result.faults.entries()) coverage.add(kind, result.met[n] ?? "");
      presses += result.presses;
      virtualMs += result.virtualMs;
      if (!holds(result)) {
        failures++;
        await explain(result, options);
      }
      if (performance.now() - toldAt < PROGRESS_MS) continue;
      toldAt = performance.now();
      note(`${runs + 1} of ${count} runs, ${presses} readings, ${failures} failures`);
    }
    const seconds = (performance.now() - began) / 1000;
    if (seed === undefined) {
      for (const line of coverage.lines()) say(line);
      for (const pair of coverage.missed()) say(`never met: ${pair}`);
    }
    say(
      `${runs} runs, ${presses} readings, ${(virtualMs / 3_600_000).toFixed(2)} virtual hours in ${seconds.toFixed(0)} s: ${failures} failures`,
    );
    process.exitCode = failures === 0 ? EXIT.ok : EXIT.failure;
  })
  .parseAsync();
