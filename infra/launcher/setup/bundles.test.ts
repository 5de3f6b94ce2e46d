import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { projectRoot } from "../../runtime/project-root.ts";
import { ENTRIES } from "./bundles.mjs";

test("each program that a command of package.json runs is built", () => {
  const text = readFileSync(`${projectRoot()}/package.json`, "utf8");
  const run = [...text.matchAll(/\bdist\/([\w/-]+\/main)\.js/g)].map(([, path]) => `${path}.ts`);
  expect(run.length).toBeGreaterThan(8);
  expect(run.filter((entry) => !ENTRIES.includes(entry))).toEqual([]);
});
