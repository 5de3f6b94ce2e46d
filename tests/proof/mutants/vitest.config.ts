import { defineConfig, type Plugin } from "vitest/config";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { MUTANTS } from "./list.ts";
import { pathOf } from "./mutate.ts";

/** The rule that is broken in this run; not set: none is. */
const rule = process.env["PROOF_MUTANT"];

/** Breaks one rule where its module is loaded; no file is changed. */
function mutant(): Plugin {
  const chosen = MUTANTS.find((one) => one.rule === rule);
  if (rule !== undefined && !chosen) throw new Error(`there is no mutant "${rule}"`);
  const path = chosen && pathOf(chosen);
  return {
    name: "proof-mutant",
    enforce: "pre",
    transform: (code, id) => (chosen && id === path ? code.replace(chosen.from, () => chosen.to) : undefined),
  };
}

export default defineConfig({
  plugins: [mutant()],
  test: {
    root: projectRoot(),
    include: ["central/audit/**/*.test.ts", "tests/proof/*.test.ts", "tests/partitions/*.test.ts"],
    exclude: ["**/*.integration.test.ts", "**/*.system.test.ts"],
    // Enough to see a broken rule, and no more: each mutant runs them all.
    env: { PROOF_TRAFFIC: "100", PROOF_SEEDS: "3" },
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // One red test is enough.
    bail: 1,
  },
});
