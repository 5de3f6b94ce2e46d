import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { settingsOf } from "../../infra/runtime/service/config-print.ts";
import { configurationPage, PAGE, SERVICES } from "./configuration.ts";

test("docs/configuration.md is what the schemas say; npm run docs writes it again", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(configurationPage());
});

test.each(Object.entries(SERVICES))("every setting of %s says what it is for", (_, schema) => {
  const silent = settingsOf(schema).filter(({ description }) => description === "");
  expect(silent.map(({ name }) => name)).toEqual([]);
});
