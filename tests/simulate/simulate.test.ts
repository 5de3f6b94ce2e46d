import { expect, test } from "vitest";
import { Coverage, NAMED_PAIRS } from "./coverage.ts";
import { holds, simulate } from "./run.ts";
import { troubleOf } from "./words.ts";

/** SIMULATE_SEEDS=1000 runs so many. */
const SEEDS = Number(process.env["SIMULATE_SEEDS"] ?? 40);
/** So many seeds bring every named fault and state together. */
const SWARM = 200;
const TROUBLED_MS = 1_500;

test("the same seed gives the same run, to the byte; another one does not", async () => {
  const once = await simulate({ seed: 1, troubledMs: TROUBLED_MS });
  const again = await simulate({ seed: 1, troubledMs: TROUBLED_MS });
  expect(again).toEqual(once);
  expect((await simulate({ seed: 2, troubledMs: TROUBLED_MS })).digest).not.toBe(once.digest);
});

test(`${SEEDS} seeds: whatever goes wrong, each press comes out once and in order`, async () => {
  const trouble: string[] = [];
  const coverage = new Coverage();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await simulate({ seed, troubledMs: TROUBLED_MS });
    for (const [n, { kind }] of result.faults.entries()) coverage.add(kind, result.met[n] ?? "");
    if (!holds(result)) trouble.push(`seed ${seed}: ${troubleOf(result).join("; ")}`);
  }
  expect(trouble).toEqual([]);
  const missed = NAMED_PAIRS.filter((pair) => coverage.of(...pair) === 0);
  if (SEEDS >= SWARM) expect(missed).toEqual([]);
}, 900_000);
