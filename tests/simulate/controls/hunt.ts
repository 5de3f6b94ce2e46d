import { appendFileSync } from "node:fs";
import { test } from "vitest";
import { holds, simulate } from "../run.ts";
import { troubleOf } from "../words.ts";

/** Not one of `npm test`: `npm run simulate -- --controls` runs it, with a rule broken where its module is loaded. */
const SEEDS = Number(process.env["SIMULATE_SEEDS"] ?? 300);
const TROUBLED_MS = Number(process.env["SIMULATE_MS"] ?? 8_000);
const report = process.env["SIMULATE_REPORT"] ?? "";

test("the first seed that sees it", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await simulate({ seed, troubledMs: TROUBLED_MS, drainMs: 60_000 });
    if (holds(result)) continue;
    appendFileSync(report, JSON.stringify({ seed, trouble: troubleOf(result).slice(0, 2).join("; ") }));
    return;
  }
});
