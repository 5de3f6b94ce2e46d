import { Command, InvalidArgumentError } from "commander";
import { nearest } from "../../infra/runtime/text/spelling.ts";
import { EXIT } from "../../schemas/errors.ts";
import { FuzzBench } from "./bench.ts";
import type { Report } from "./fuzz.ts";
import { TARGETS } from "./targets/catalogue.ts";

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("give a whole number from 0");
  return value;
}

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly from: number;
}

await new Command("fuzz")
  .description(
    "Feed every parser of outside input: mutations of valid inputs, which must be taken or refused properly, and inputs that grow, whose cost may not grow faster than they do.",
  )
  .argument("[targets...]", "some of the targets below; all if left out")
  .option("--seconds <n>", "for each target", whole, 60)
  .option("--seed <n>", "the same seed gives the same inputs", whole, 1)
  .option("--from <n>", "begin at this try: brings a finding back", whole, 0)
  .addHelpText("after", `\nTargets:\n${TARGETS.map((t) => `  ${t.name.padEnd(18)} ${t.about}`).join("\n")}`)
  .addHelpText("after", "\nExamples:\n  npm run fuzz\n  npm run fuzz -- ksql registry --seconds 600 --seed 7")
  .action(async (names: readonly string[], { seconds, seed, from }: Options) => {
    const known = TARGETS.map((target) => target.name);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      const near = nearest(unknown, known);
      process.stderr.write(
        `There is no target "${unknown}"${near.length > 0 ? `: did you mean ${near.join(" or ")}?` : "."}\n`,
      );
      process.exitCode = EXIT.usage;
      return;
    }
    const bench = new FuzzBench();
    let findings = 0;
    for (const target of names.length > 0 ? names : known) {
      process.stderr.write(`${target} …\n`);
      const report = await bench.run({ target, seed, seconds, from });
      process.stdout.write(`${reportText(report, seed)}\n`);
      findings += report.findings.length;
    }
    bench.close();
    if (findings > 0) process.exitCode = EXIT.failure;
  })
  .parseAsync();

function reportText({ target, inputs, taken, families, findings }: Report, seed: number): string {
  const lines = findings.map(
    ({ kind, tried, at, what }) =>
      `  ${kind} at ${tried} ${at} (npm run fuzz -- ${target} --seed ${seed} --from ${at}): ${what}`,
  );
  return [
    `${target.padEnd(18)} ${inputs} inputs, ${taken} of them taken; ${families} families; ${findings.length} findings`,
    ...lines,
  ].join("\n");
}
