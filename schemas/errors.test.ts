import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CodedError, ERROR_CODES, EXIT, exitCodeOf, isCoded } from "./errors.ts";

test("docs/errors.md lists every code with its meaning, and no other", () => {
  const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
  const listed = new Map([...page.matchAll(/^\| `([A-Z_]+)` \| (.+?) \|/gm)].map((m) => [m[1], m[2]]));
  expect(Object.fromEntries(listed)).toEqual(ERROR_CODES);
});

test("an exit code tells what kind of failure it was", () => {
  const of = (code: keyof typeof ERROR_CODES): number =>
    exitCodeOf(new CodedError(code, { message: "", retryable: false }));
  expect(of("USAGE")).toBe(EXIT.usage);
  expect(of("CONFIG_INVALID")).toBe(78);
  expect(of("KAFKA_UNAVAILABLE")).toBe(69);
  expect(of("PROOF_BROKEN")).toBe(1);
  expect(exitCodeOf(new Error("unforeseen"))).toBe(1);
});

test("docs/errors.md tells which code each error ends with", () => {
  const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
  const [, table = ""] = page.split("## Exit codes");
  const told = new Map<string, number>();
  for (const [, exit, errors = ""] of table.matchAll(/^\| (\d+) \| (.+) \|$/gm))
    for (const [, code = ""] of errors.matchAll(/`([A-Z_]+)`/g)) told.set(code, Number(exit));
  const codes = Object.keys(ERROR_CODES) as readonly (keyof typeof ERROR_CODES)[];
  const ends = codes.map((code) => [
    code,
    exitCodeOf(new CodedError(code, { message: "", retryable: true })),
  ]);
  expect(codes.map((code) => [code, told.get(code) ?? EXIT.failure])).toEqual(ends);
});

test("isCoded asks for some codes or for any", () => {
  const error = new CodedError("USAGE", { message: "", retryable: false });
  expect([
    isCoded(error),
    isCoded(error, "USAGE"),
    isCoded(error, "PORT_TAKEN"),
    isCoded(new Error()),
  ]).toEqual([true, true, false, false]);
});
