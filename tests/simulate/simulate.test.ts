import { expect, test } from "vitest";
import { Coverage } from "./coverage.ts";
import { holds, simulate } from "./run.ts";
import { troubleOf } from "./words.ts";

/** SIMULATE_SEEDS=1000 runs so many. */
const SEEDS = Number(process.env["SIMULATE_SEEDS"] ?? 200);
/** So many seeds bring every named fault and state together. */
const SWARM = 200;
const TROUBLED_MS = 1_500;

test("the same seed gives the same run, to the byte; another one does not", async () => {
  const once = await simulate({ seed: 1, troubledMs: TROUBLED_MS });
  const again = await simulate({ seed: 1, troubledMs: TROUBLED_MS });
  expect(again).toEqual(once);
  expect((await simulate({ seed: 2, troubledMs: TROUBLED_MS })).digest).not.toBe(once.digest);
});

test.each([
  { what: "raw made again behind a restart of the auditor", seed: 1, seconds: 8 },
  { what: "a second agent at another gateway, which goes", seed: 12, seconds: 2 },
  { what: "a copied chip that reboots in its original's place", seed: 1272, seconds: 20 },
  { what: "a session of an agent's earlier start that is begun late", seed: 4330, seconds: 20 },
  { what: "a copied chip that has also pressed more than its original", seed: 2396, seconds: 20 },
  { what: "a line that heals after another device was put in its place", seed: 20125, seconds: 20 },
  { what: "an impostor in the place of an impostor", seed: 30140, seconds: 20 },
  {
    what: "a raw topic made again, to which an earlier reading comes again behind a later one",
    seed: 41909,
    seconds: 20,
  },
])("a seed that failed once holds: $what", async ({ seed, seconds }) => {
  expect(troubleOf(await simulate({ seed, troubledMs: seconds * 1000 }))).toEqual([]);
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
  if (SEEDS >= SWARM) expect(coverage.missed()).toEqual([]);
}, 900_000);
