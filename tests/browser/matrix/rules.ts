import { join } from "node:path";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import type { Rules } from "./in-page/main.ts";

let script: Promise<string> | undefined;

/** The rules of the layout as one script for the page. */
async function bundled(): Promise<string> {
  const result = await build({
    entryPoints: [join(projectRoot(), "tests", "browser", "matrix", "in-page", "main.ts")],
    ...{ bundle: true, write: false, format: "iife", globalName: "layoutRules", target: "es2022" },
  });
  return result.outputFiles[0]?.text ?? "";
}

/** What a reader would call wrong in the layout of a page as it stands, in words; empty: nothing. */
export async function misplaced(page: Page, rules: Rules): Promise<string[]> {
  script ??= bundled();
  return page.evaluate(`${await script}; layoutRules.misplaced(${JSON.stringify(rules)})`);
}
