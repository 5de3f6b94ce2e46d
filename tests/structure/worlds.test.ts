import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";

const root = projectRoot();

/** What `tsc` says of one source under the settings of a world: its output, empty when there is no error. */
async function compiled(config: string, source: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "world-"));
  try {
    writeFileSync(join(folder, "planted.mts"), source);
    const settings = {
      extends: join(root, config),
      compilerOptions: { incremental: false, typeRoots: [join(root, "node_modules/@types")] },
      files: ["planted.mts"],
      include: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    return await new Promise((resolve) => {
      const tsc = join(root, "node_modules/.bin/tsc");
      execFile(tsc, ["-p", folder], (_error, stdout) => resolve(stdout));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const page = "export const title = document.title;\n";
const server = "export const id = process.pid;\n";

test.each([
  ["a service has no document", "tsconfig.json", page, "'document'"],
  ["the page has no process", "central/dashboard/web/tsconfig.json", server, "'process'"],
])("%s", async (_name, config, source, missing) => {
  expect(await compiled(config, source)).toContain(`Cannot find name ${missing}`);
});

test.each([
  ["a service has a process", "tsconfig.json", server],
  ["the page has a document", "central/dashboard/web/tsconfig.json", page],
  ["a test has both", "tests/tsconfig.json", page + server],
])("%s", async (_name, config, source) => {
  expect(await compiled(config, source)).toBe("");
});
