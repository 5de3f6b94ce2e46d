import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../runtime/project-root.ts";

const HERE = join(projectRoot(), "infra", "servers", "ksql");
const PAGE = readFileSync(join(projectRoot(), "docs", "ksql-subset.md"), "utf8");

/** The fixed part in front of each text that `unsupported` is called with. */
const refusals = readdirSync(HERE, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .flatMap((file) => [...readFileSync(join(HERE, file), "utf8").matchAll(/\bunsupported\(["`]([^"`$]+)/g)])
  .map(([, text = ""]) => text.trim());

test("the page lists what the server refuses", () => {
  expect(refusals.length).toBeGreaterThan(10);
  expect(refusals.filter((text) => !PAGE.includes(text))).toEqual([]);
});
