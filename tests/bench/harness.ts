import { cpus, loadavg, release, totalmem } from "node:os";
import { readable, type Spread, spreadOf } from "./statistics.ts";

/** One run's figures by name; the name ends in its unit: "first moving train, s". */
export type Figures = Readonly<Record<string, number>>;

export interface Contender {
  readonly name: string;
  /** One whole run, everything it needs started and ended inside. */
  run(): Promise<Figures>;
}

export interface BenchmarkPart {
  readonly name: string;
  /** What is measured and against what, one sentence. */
  readonly about: string;
  /** Where the user gives no number; left out: five. */
  readonly runs?: number;
  contenders(options: PartOptions): Promise<readonly Contender[]> | readonly Contender[];
  /** End what the contenders shared, whatever became of them. */
  close?(): Promise<void>;
}

/** What each may be chosen from; left out: the part's own choice. */
export interface Sizes {
  readonly stations?: readonly number[];
  readonly partitions?: readonly number[];
  readonly gateways?: readonly number[];
  readonly dedups?: readonly number[];
  readonly auditors?: readonly number[];
  readonly sums?: readonly number[];
}

export interface PartOptions {
  readonly runs: number;
  /** The measured time of a run, for the parts that let the user choose it. */
  readonly seconds?: number;
  /** Sizes to measure, for the part that measures how cost grows. */
  readonly sizes?: Sizes;
  /** Run only contenders whose names contain this. */
  readonly only?: string;
  readonly note: (line: string) => void;
}

export interface Result {
  readonly part: string;
  readonly about: string;
  readonly machine: string;
  readonly load: { readonly before: number; readonly after: number };
  readonly figures: readonly {
    readonly contender: string;
    readonly figure: string;
    readonly spread: Spread;
  }[];
}

/**
 * Runs the contenders in turn, A B A B …, so that a machine whose speed drifts treats them alike.
 *
 * @returns medians with spread; nothing is judged here.
 */
export async function measure(part: BenchmarkPart, options: PartOptions): Promise<Result> {
  try {
    return await measured(part, options);
  } finally {
    await part.close?.();
  }
}

async function measured(part: BenchmarkPart, options: PartOptions): Promise<Result> {
  const contenders = (await part.contenders(options)).filter(({ name }) => name.includes(options.only ?? ""));
  const seen = new Map<string, Map<string, number[]>>(contenders.map((c) => [c.name, new Map()]));
  const before = loadavg()[0] ?? 0;
  for (let run = 1; run <= options.runs; run++) {
    for (const contender of contenders) {
      options.note(`${part.name}: ${contender.name}, run ${run} of ${options.runs}`);
      for (const [figure, value] of Object.entries(await contender.run())) {
        const values = seen.get(contender.name);
        values?.set(figure, [...(values.get(figure) ?? []), value]);
      }
    }
  }
  return {
    part: part.name,
    about: part.about,
    machine: machine(),
    load: { before, after: loadavg()[0] ?? 0 },
    figures: [...seen].flatMap(([contender, figures]) =>
      [...figures].map(([figure, values]) => ({ contender, figure, spread: spreadOf(values) })),
    ),
  };
}

function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} × ${cores[0]?.model.trim() ?? "unknown"}, ${memory} GiB, Linux ${release()}, Node ${process.version}`;
}

/** The result as a Markdown table. */
export function table(result: Result): string {
  const rows = result.figures.map(({ contender, figure, spread }) =>
    [
      contender,
      figure,
      readable(spread.median),
      `${readable(spread.min)} – ${readable(spread.max)}`,
      String(spread.n),
    ].join(" | "),
  );
  return [
    `${result.part}: ${result.about}`,
    `${result.machine}; load ${readable(result.load.before)} before, ${readable(result.load.after)} after`,
    "",
    "| what | figure | median | min – max | runs |",
    "| --- | --- | ---: | ---: | ---: |",
    ...rows.map((row) => `| ${row} |`),
  ].join("\n");
}
