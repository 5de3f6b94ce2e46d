import { join } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { CONTROLS } from "./list.ts";

/** What is broken in this run. */
const name = process.env["SIMULATE_CONTROL"];

/** Changes modules where they are loaded; no file is changed. */
function control(): Plugin {
  const chosen = CONTROLS.find((one) => one.name === name);
  if (name !== undefined && !chosen) throw new Error(`there is no control "${name}"`);
  return {
    name: "simulate-control",
    enforce: "pre",
    transform(code, id) {
      const edits = chosen?.edits.filter(({ file }) => id === join(projectRoot(), file)) ?? [];
      if (edits.length === 0) return undefined;
      return edits.reduce((text, { from, to }) => text.replace(from, () => to), code);
    },
  };
}

export default defineConfig({
  plugins: [control()],
  test: {
    root: projectRoot(),
    include: ["tests/simulate/controls/hunt.ts"],
    testTimeout: 3_600_000,
  },
});
