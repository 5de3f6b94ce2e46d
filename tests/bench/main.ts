import { Command, InvalidArgumentError } from "commander";
import { defined } from "../../infra/runtime/defined.ts";
import { EXIT } from "../../schemas/errors.ts";
import { type BenchmarkPart, measure, type Sizes, table } from "./harness.ts";
import { edgePart } from "./parts/edge.ts";
import { fleetPart } from "./parts/fleet.ts";
import { gatewayPart } from "./parts/gateway.ts";
import { limitsPart } from "./parts/limits.ts";
import { pagePart } from "./parts/page.ts";
import { pipelinePart } from "./parts/pipeline.ts";
import { restPart } from "./parts/rest.ts";
import { scalePart } from "./parts/scale.ts";
import { serversPart } from "./parts/servers.ts";
import { startPart } from "./parts/start.ts";
import { transformPart } from "./parts/transform.ts";

const PARTS: readonly BenchmarkPart[] = [
  edgePart,
  fleetPart,
  gatewayPart,
  limitsPart,
  pagePart,
  pipelinePart,
  restPart,
  scalePart,
  serversPart,
  startPart,
  transformPart,
];

const RUNS = 5;

interface BenchOptions extends Sizes {
  readonly runs?: number;
  readonly seconds?: number;
  readonly only?: string;
  readonly json?: boolean;
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("give a whole number from 1");
  return value;
}

/** `100,1000` */
function numbers(text: string): readonly number[] {
  return text.split(",").map(atLeastOne);
}

/** `0`, `1` or `0,1` */
function zeroOrOne(text: string): readonly number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => value === 0 || value === 1)) return values;
  throw new InvalidArgumentError("give 0 or 1");
}

const program = new Command("bench")
  .description("Measure one part, medians with spread. Figures go to stdout, progress to stderr.")
  .argument("[part]", `one of: ${PARTS.map((p) => p.name).join(", ")}`)
  .option("-n, --runs <n>", `runs of each contender (default: ${RUNS}; scale: 1)`, atLeastOne)
  .option(
    "--seconds <n>",
    "measured time of one run, where a part allows it (gateway, limits, pipeline, rest, scale)",
    atLeastOne,
  )
  .option("--only <text>", "only contenders whose names contain it")
  .option("--stations <n,…>", "scale: stations of the synthetic network", numbers)
  .option("--partitions <n,…>", "scale: partitions of the topics", numbers)
  .option("--gateways <n,…>", "scale: gateways that share the port", numbers)
  .option("--dedups <n,…>", "scale: dedups that share the partitions", numbers)
  .option("--auditors <n,…>", "scale: 1: with the auditor beside it; 0: without", zeroOrOne)
  .option("--sums <n,…>", "scale: 1: with the ksql server's sums behind it; 0: without", zeroOrOne)
  .option("--json", "print JSON instead of a table")
  .addHelpText("after", `\nParts:\n${PARTS.map((p) => `  ${p.name.padEnd(10)} ${p.about}`).join("\n")}`)
  .addHelpText(
    "after",
    "\nExamples:\n  npm run bench -- servers -n 1\n  npm run -s bench -- edge --json > edge.json\n" +
      "  npm run bench -- scale --stations 1000 --partitions 8 --gateways 2 --dedups 1,2",
  )
  .action(async (name: string | undefined, options: BenchOptions) => {
    const part = PARTS.find((p) => p.name === name);
    if (!part) {
      process.stderr.write(
        `${name ? `There is no part "${name}".` : "Which part?"}\n\n${program.helpInformation()}`,
      );
      process.exitCode = EXIT.usage;
      return;
    }
    const note = (line: string): void => void process.stderr.write(`${line}\n`);
    const { runs = part.runs ?? RUNS, seconds, only, stations, partitions, gateways, dedups } = options;
    const sizes = defined({
      stations,
      partitions,
      gateways,
      dedups,
      auditors: options.auditors,
      sums: options.sums,
    });
    const result = await measure(part, { runs, note, sizes, ...defined({ seconds, only }) });
    process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${table(result)}\n`);
  });

await program.parseAsync();
