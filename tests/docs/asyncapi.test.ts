import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { asyncApi, asyncApiText, DOCUMENT } from "./asyncapi.ts";

const require = createRequire(import.meta.url);

test("docs/asyncapi.json is what the sources say; npm run docs writes it again", () => {
  expect(readFileSync(DOCUMENT, "utf8")).toBe(asyncApiText());
});

test("it is what AsyncAPI 3 allows", () => {
  const schema = require("@asyncapi/specs/schemas/3.0.0.json") as object;
  // The schema brings draft 7 along itself.
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
  const validate = ajv.compile(schema);
  validate(asyncApi());
  expect((validate.errors ?? []).slice(0, 3)).toEqual([]);
});
