import { appendFileSync } from "node:fs";
import { test } from "vitest";
import { holds, simulate } from "../run.ts";
import { troubleOf } from "../words.ts";
import { CONTROLS } from "./list.ts";

/** Not one of `npm test`: `npm run simulate -- --controls` runs it, with a module changed where it is loaded. */
const SEEDS = Number(process.env["SIMULATE_SEEDS"] ?? 300);
const TROUBLED_MS = Number(process.env["SIMULATE_MS"] ?? 8_000);
const report = process.env["SIMULATE_REPORT"] ?? "";
const control = CONTROLS.find(({ name }) => name === process.env["SIMULATE_CONTROL"]);

test("the first seed that sees it", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await simulate({ seed, troubledMs: TROUBLED_MS, drainMs: 60_000 });
    if (holds(result)) continue;
    if (!result.atRest && !control?.isStuck) continue;
    const trouble = troubleOf(result);
    // It counts only when it fails for the control's own reason.
    const own = trouble.find((line) => control?.seenAs.some((start) => line.startsWith(start)));
    if (own === undefined) continue;
    appendFileSync(report, JSON.stringify({ seed, trouble: own }));
    return;
  }
});
