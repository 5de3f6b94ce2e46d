import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { claimHome } from "./single.ts";

const folder = mkdtempSync(join(tmpdir(), "firmware-single-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a home has one simulator: a second is refused with the first's process id", () => {
  const path = join(folder, "run", "a.lock");
  const release = claimHome(path);
  expect(() => claimHome(path)).toThrowError(
    expect.objectContaining({ code: "ALREADY_RUNNING", context: { pid: process.pid } }),
  );
  release();
  expect(existsSync(path)).toBe(false);
  claimHome(path)();
  expect(readdirSync(join(folder, "run"))).toEqual([]);
});

test.each([
  ["a process that is gone", { pid: 2 ** 30, started: "1" }],
  ["a later process of the same id", { pid: process.pid, started: "1" }],
])("the claim of %s is taken over", (_, owner) => {
  const path = join(folder, `${owner.pid}.lock`);
  writeFileSync(path, JSON.stringify(owner));
  claimHome(path)();
});

test("a damaged claim is taken over", () => {
  const path = join(folder, "damaged.lock");
  writeFileSync(path, "{");
  claimHome(path)();
});
