import { seededRandom } from "../../infra/runtime/random.ts";
import { amplified, type Family } from "./amplify.ts";
import { growsTooFast, type Point } from "./growth.ts";
import { mutated, pick } from "./mutate.ts";
import type { Target } from "./target.ts";

/** A single input, or a family of inputs that grow. */
export type Try = "input" | "family";

export interface FuzzFinding {
  /** `error`: something else than a refusal; `growth`: time grows faster than size; `hang`: no end within the deadline. */
  readonly kind: "error" | "growth" | "hang";
  readonly target: string;
  /** Which of the seed's tries it was: `--seed` and `--from` bring it back. */
  readonly tried: Try;
  readonly at: number;
  readonly what: string;
}

export interface Report {
  readonly target: string;
  readonly inputs: number;
  /** Of these, taken and not refused. */
  readonly taken: number;
  readonly families: number;
  readonly findings: readonly FuzzFinding[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Begin at this try of either kind. */
  readonly from: number;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Processor time so far, ms. */
  readonly cpuMs: () => number;
  /** Called before each try: what does not end has begun here. */
  readonly onTry: (tried: Try, at: number) => void;
}

/** More say nothing new. */
const MOST_FINDINGS = 5;
/** Processor time at which a family has grown enough, for each second of the run, ms: a long run looks at larger ones. */
const ENOUGH_MS_PER_SECOND = 7;
/** Inputs between two looks at the time. */
const BATCH = 16;

/**
 * Feed a target for some seconds: half of the time single inputs, half families of inputs that grow. The same seed gives
 * the same inputs and families; the time decides how many of them.
 */
export async function fuzz(target: Target, options: FuzzOptions): Promise<Report> {
  const { seconds, now, onTry, from } = options;
  const end = now() + seconds * 1000;
  const findings: FuzzFinding[] = [];
  const spent = { input: 0, family: 0 };
  const at = { input: from, family: from };
  let taken = 0;
  for (let begun = now(); begun < end && findings.length < MOST_FINDINGS; begun = now()) {
    const tried: Try = spent.family < spent.input ? "family" : "input";
    for (let n = tried === "family" ? 1 : BATCH; n > 0; n--, at[tried]++) {
      onTry(tried, at[tried]);
      const outcome = await (tried === "family" ? familyAt : inputAt)(target, at[tried], options);
      if (outcome === "taken") taken++;
      else if (outcome !== "refused")
        findings.push({ ...outcome, target: target.name, tried, at: at[tried] });
    }
    spent[tried] += now() - begun;
  }
  return { target: target.name, inputs: at.input - from, taken, families: at.family - from, findings };
}

type Outcome = "taken" | "refused" | Pick<FuzzFinding, "kind" | "what">;

/** The first inputs are the corpus itself. */
async function inputAt(target: Target, at: number, { seed }: FuzzOptions): Promise<Outcome> {
  const random = seededRandom(seed, `${target.name}/input ${at}`);
  const input = target.corpus[at] ?? mutated(pick(target.corpus, random), target.corpus, random);
  try {
    return (await target.take(input)) ? "taken" : "refused";
  } catch (error) {
    return { kind: "error", what: `${textOf(error)}\n  input: ${JSON.stringify(input.toString("latin1"))}` };
  }
}

/** The first families are the target's own. */
async function familyAt(target: Target, at: number, { seed, seconds, cpuMs }: FuzzOptions): Promise<Outcome> {
  const [name, make] = Object.entries(target.families ?? {})[at] ?? [];
  const family: Family =
    name !== undefined && make
      ? { name, make }
      : amplified(target.corpus, seededRandom(seed, `${target.name}/family ${at}`));
  try {
    const points = await growsTooFast({
      make: family.make,
      sizeOf: (input) => input.length,
      run: (input) => target.take(input),
      maxSize: target.maxBytes,
      enoughMs: ENOUGH_MS_PER_SECOND * seconds,
      cpuMs,
    });
    return points ? { kind: "growth", what: `${family.name}: ${pointsText(points)}` } : "refused";
  } catch (error) {
    return { kind: "error", what: `${family.name}: ${textOf(error)}` };
  }
}

function pointsText(points: readonly Point[]): string {
  return points
    .slice(-4)
    .map(({ size, costMs }) => `${size} bytes ${costMs.toFixed(1)} ms`)
    .join(", ");
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, ...frames] = error.stack?.split("\n") ?? [];
  return `${error.name}: ${error.message.slice(0, 300)}\n${frames.slice(0, 4).join("\n")}`;
}
