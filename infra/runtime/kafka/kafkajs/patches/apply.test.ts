import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import RequestQueue from "kafkajs/src/network/requestQueue/index.js";
import { expect, test } from "vitest";
import { applyPatches } from "./apply.ts";

test("another version of kafkajs is refused, with what to do", () => {
  expect(() => applyPatches("2.2.5")).toThrow(/kafkajs is 2\.2\.5, and .* written for 2\.2\.4/);
});

test("the installed version is the patched one, and package.json pins it", () => {
  applyPatches();
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  expect(dependencies["kafkajs"]).toBe("2.2.4");
});

test("patches are applied once, however many clients there are", () => {
  applyPatches();
  const patched = RequestQueue.prototype.scheduleCheckPendingRequests;
  applyPatches();
  expect(RequestQueue.prototype.scheduleCheckPendingRequests).toBe(patched);
});

test("every patch of the folder is applied by apply.ts", () => {
  const folder = import.meta.dirname;
  const patches = readdirSync(folder).filter((name) => /^(?!apply)[\w-]+\.ts$/.test(name));
  const applied = readFileSync(join(folder, "apply.ts"), "utf8");
  expect(patches.filter((name) => !applied.includes(`"./${name}"`))).toEqual([]);
});
