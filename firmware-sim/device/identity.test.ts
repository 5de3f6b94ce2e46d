import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nextBoot } from "./identity.ts";
import { IdentityFile } from "./identity-file.ts";

const folder = mkdtempSync(join(tmpdir(), "firmware-identity-"));
afterAll(() => rmSync(folder, { recursive: true }));

const empty = { bootId: 0, seq: 0, total: 0 };

test("a new device boots with the epoch's seconds as its boot and memory", () => {
  expect(nextBoot(undefined, empty, 1_790_000_000)).toEqual({
    bootId: 1_790_000_000,
    memoryBootId: 1_790_000_000,
    priorNumbered: 0,
    priorHappened: 0,
  });
});

test("a boot id rises even when the clock went back or two boots fall in one second", () => {
  const first = nextBoot(undefined, empty, 1000);
  expect(nextBoot(first, { bootId: 1000, seq: 0, total: 0 }, 1000).bootId).toBe(1001);
  expect(nextBoot(first, { bootId: 1000, seq: 0, total: 0 }, 5).bootId).toBe(1001);
  expect(nextBoot(first, { bootId: 1000, seq: 0, total: 0 }, 9000).bootId).toBe(9000);
});

test("what a boot counted is added once, also when the next boot died before the ring began it", () => {
  const first = nextBoot(undefined, empty, 1000);
  const ring = { bootId: 1000, seq: 7, total: 9 };
  const second = nextBoot(first, ring, 0);
  expect(second).toEqual({ bootId: 1001, memoryBootId: 1000, priorNumbered: 7, priorHappened: 9 });
  expect(nextBoot(second, ring, 0)).toEqual({ ...second, bootId: 1002 });
});

test("an empty ring under a known device is a new memory", () => {
  const known = { bootId: 1000, memoryBootId: 900, priorNumbered: 5, priorHappened: 6 };
  expect(nextBoot(known, empty, 0)).toEqual({
    bootId: 1001,
    memoryBootId: 1001,
    priorNumbered: 0,
    priorHappened: 0,
  });
});

test("records survive, others stay, and no half file is left behind", () => {
  const path = join(folder, "identity.json");
  const record = { bootId: 2, memoryBootId: 1, priorNumbered: 3, priorHappened: 4 };
  const file = new IdentityFile(path);
  expect(file.get("40380-T1")).toBeUndefined();
  file.put(new Map([["40380-T1", record]]));
  new IdentityFile(path).put(new Map([["40380-T2", record]]));
  expect(new IdentityFile(path).get("40380-T1")).toEqual(record);
  expect(new IdentityFile(path).get("40380-T2")).toEqual(record);
  expect(readdirSync(folder)).toEqual(["identity.json"]);
});

test("a damaged file is refused: guessing would give a boot id twice", () => {
  const path = join(folder, "damaged.json");
  writeFileSync(path, '{"40380-T1":{"bootId":"x"}}');
  expect(() => new IdentityFile(path)).toThrowError(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
