import { expect, test } from "vitest";
import { troubledRun } from "./calm/troubled-run.ts";
import { memoryWorld } from "./world/memory-world.ts";

/** PROOF_SEEDS=1000 runs so many. */
const SEEDS = Number(process.env["PROOF_SEEDS"] ?? 8);

test.each(Array.from({ length: SEEDS }, (_, n) => n + 1))(
  "an honest run in which much goes wrong, seed %d: nothing is found",
  async (seed) => {
    const { findings, differences, troubles } = await troubledRun(await memoryWorld(), seed);
    const context = troubles.join(", ");
    expect(differences, `the run is honest: ${context}`).toEqual([]);
    expect(findings, context).toEqual([]);
  },
);
