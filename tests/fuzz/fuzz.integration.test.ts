import { afterAll, expect, test } from "vitest";
import { FuzzBench } from "./bench.ts";
import { TARGETS } from "./targets/catalogue.ts";

/** Of each target; `npm run fuzz` takes a minute each, and other seeds. */
const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 5);

const bench = new FuzzBench();
afterAll(() => bench.close());

test.each(TARGETS.map(({ name, about }) => [name, about] as const))(
  "%s: %s",
  { timeout: (SECONDS + 90) * 1000 },
  async (target) => {
    const report = await bench.run({ target, seed: 1, seconds: SECONDS, from: 0 });
    expect(report.findings).toEqual([]);
    // Inputs that are all refused at the head would find nothing.
    expect(report.taken).toBeGreaterThan(0);
  },
);
