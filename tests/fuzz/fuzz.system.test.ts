import { afterAll, describe, expect, test } from "vitest";
import { FuzzBench } from "./bench.ts";
import { TARGETS } from "./targets/catalogue.ts";

/** Of each target; `npm run fuzz` takes a minute each, and other seeds. */
const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 5);

/** One after the other on each bench, so that each has a processor for itself where there are two. */
const benches = [new FuzzBench(), new FuzzBench()].map((bench) => ({
  bench,
  last: Promise.resolve<unknown>(null),
}));
afterAll(() => {
  for (const { bench } of benches) bench.close();
});

describe.concurrent("every parser of input from outside", () => {
  test.each(TARGETS.map(({ name, about }, n) => [name, about, n] as const))(
    "%s: %s",
    // The bench itself ends what hangs.
    { timeout: 3_600_000 },
    async (target, _, n) => {
      const entry = benches[n % benches.length];
      if (!entry) throw new Error("there is no bench");
      const running = entry.last.then(() => entry.bench.run({ target, seed: 1, seconds: SECONDS, from: 0 }));
      entry.last = running.catch(() => {});
      const report = await running;
      expect(report.findings).toEqual([]);
      // Inputs that are all refused at the head would find nothing.
      expect(report.taken).toBeGreaterThan(0);
    },
  );
});
