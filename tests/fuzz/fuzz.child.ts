import { openSync, writeSync } from "node:fs";
import type { FuzzRun } from "./bench.ts";
import { cpuMs } from "./cost.ts";
import { fuzz } from "./fuzz.ts";
import { TARGETS } from "./targets/catalogue.ts";

process.on("disconnect", () => process.exit());
process.on("message", async (message) => {
  const { target: name, progressFile, ...options } = message as FuzzRun;
  const target = TARGETS.find((t) => t.name === name);
  if (!target) throw new Error(`there is no target ${name}`);
  const file = openSync(progressFile, "w");
  let begun = 0;
  const report = await fuzz(target, {
    ...options,
    now: () => performance.now(),
    cpuMs,
    onTry(tried, at) {
      // Blanks behind it: a shorter text must not leave the end of a longer one.
      writeSync(file, JSON.stringify({ begun: ++begun, tried, at }).padEnd(80), 0);
    },
  });
  process.send?.(report);
});
