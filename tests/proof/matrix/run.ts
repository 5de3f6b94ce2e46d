import type { Finding } from "../../../schemas/audit.ts";
import { Injector } from "../injectors/injector.ts";
import type { Strike } from "../injectors/strike.ts";
import { tamperedKafka } from "../injectors/tampered-kafka.ts";
import { findingsIn } from "../world/findings.ts";
import { differences, type OracleDifference } from "../world/oracle.ts";
import { Pipeline } from "../world/pipeline.ts";
import type { World } from "../world/world.ts";
import { assign } from "./assign.ts";
import type { Cell, Expected } from "./cells.ts";
import { says } from "./expect.ts";
import { READINGS, strikeAll } from "./strikes.ts";
import { MatrixTraffic } from "./traffic.ts";

/** What was done is named within this, ms. */
const NAMED_WITHIN_MS = 30_000;
/** For so long after that, what was not done must not be named, ms. */
const CALM_MS = 5_000;
/** After the last reading everything is through within this, ms. */
const REST_MS = 3_000;
const STEP_MS = 250;
/** Agents report positions that moved this often, ms. */
const TELL_EVERY_MS = 1_000;

export interface MatrixOptions {
  /** Entries a second of the passers-by. */
  readonly perSecond: number;
  /** Is a turnstile unplugged that has nothing to do with any cell? */
  readonly unplugged: boolean;
  readonly cells: readonly Cell[];
}

/** What came of one cell: each list is empty when all is well. */
export interface CellResult {
  readonly cell: Cell;
  readonly strike: Strike;
  /** Expected, and not there when everything came to rest: the injection did not take effect. */
  readonly unmade: readonly Expected[];
  /** Expected, and not found in time. */
  readonly missing: readonly Expected[];
  /** Found in time, and not there any more after everything was stopped and started. */
  readonly forgotten: readonly Expected[];
}

export interface MatrixResult {
  readonly cells: readonly CellResult[];
  /** Findings that no cell wanted. */
  readonly unexpected: readonly Finding[];
  /** Differences at rest that no cell made. */
  readonly unmeant: readonly OracleDifference[];
}

/** Strike every cell in one run, each at stations of its own, and see what the auditor says. */
export async function runMatrix(world: World, options: MatrixOptions): Promise<MatrixResult> {
  const { perSecond, unplugged, cells } = options;
  const { assigned, passersBy, unrelated } = assign(cells);
  const injector = new Injector(world.prefix, () => pipeline.wire);
  const seen = tamperedKafka(world.kafka, injector.reading);
  const pipeline = await Pipeline.open({
    ...world,
    kafka: tamperedKafka(world.kafka, injector.tampering),
    auditorsKafka: seen,
  });
  const { field } = pipeline;
  const traffic = new MatrixTraffic(field, passersBy, perSecond);
  let told = Number.NEGATIVE_INFINITY;
  const step = async (): Promise<void> => {
    traffic.press(STEP_MS);
    field.collect();
    await field.publish(injector.beforeRaw);
    if (world.clock.monotonic() >= told + TELL_EVERY_MS) {
      told = world.clock.monotonic();
      await field.tell();
    }
    await world.pass(STEP_MS);
  };
  const steps = async (ms: number): Promise<void> => {
    for (const until = world.clock.monotonic() + ms; world.clock.monotonic() < until; ) await step();
  };
  const found = (): Promise<readonly Finding[]> => findingsIn(world.kafka, pipeline.topics.audit);
  try {
    await pipeline.start();
    for (const { deviceId, partnerId } of assigned) {
      field.press(deviceId, READINGS);
      field.press(partnerId, READINGS);
    }
    field.press(unrelated, 1);
    await steps(2_000);
    if (unplugged) {
      field.device(unrelated).plugged = false;
      field.press(unrelated, 7);
    }
    const strikes = await strikeAll(world, pipeline, injector, assigned);
    const judged = new Comparison(cells, strikes);

    let missing = judged.missingIn(await found());
    const until = world.clock.monotonic() + NAMED_WITHIN_MS;
    while (missing.some((some) => some.length > 0) && world.clock.monotonic() < until) {
      await steps(1_000);
      missing = judged.missingIn(await found());
    }
    await steps(CALM_MS);
    await pipeline.stop();
    await pipeline.start();
    await steps(3_000);
    const findings = await found();

    field.device(unrelated).plugged = true;
    field.collect();
    await field.publish(injector.beforeRaw);
    await world.pass(REST_MS);
    const atRest = await differences(seen, pipeline);
    const [unmade, gone] = [judged.missingIn(atRest), judged.missingIn(findings)];
    return {
      cells: cells.map((cell, n) => ({
        cell,
        strike: strikes[n] as Strike,
        unmade: unmade[n] ?? [],
        missing: missing[n] ?? [],
        forgotten: (gone[n] ?? []).filter((one) => !missing[n]?.includes(one)),
      })),
      unexpected: findings.filter((finding) => !judged.wanted(finding)),
      unmeant: atRest.filter((difference) => !judged.wanted(difference)),
    };
  } finally {
    await pipeline.close();
  }
}

/** What is said, held against what was done. */
class Comparison {
  readonly #cells: readonly Cell[];
  readonly #strikes: readonly Strike[];

  constructor(cells: readonly Cell[], strikes: readonly Strike[]) {
    this.#cells = cells;
    this.#strikes = strikes;
  }

  /** Of each cell, what it expects and no finding says. */
  missingIn(said: readonly OracleDifference[]): readonly (readonly Expected[])[] {
    return this.#cells.map((cell, n) =>
      expectedOf(cell).filter((one) => !said.some((some) => says(some, one, this.#strikes[n] as Strike))),
    );
  }

  /** Does any cell expect this? */
  wanted(said: OracleDifference): boolean {
    return this.#cells.some((cell, n) =>
      expectedOf(cell).some((one) => says(said, one, this.#strikes[n] as Strike)),
    );
  }
}

function expectedOf({ outcome }: Cell): readonly Expected[] {
  return outcome.kind === "named" ? outcome.findings : [];
}
