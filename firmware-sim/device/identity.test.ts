import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type BootRecord, nextBoot } from "./identity.ts";
import { IdentityFile } from "./identity-file.ts";

const folder = mkdtempSync(join(tmpdir(), "firmware-identity-"));
afterAll(() => rmSync(folder, { recursive: true }));

const counts = { bootId: 2, memoryBootId: 1, priorNumbered: 3, priorHappened: 4 };
const record: BootRecord = { ...counts, bootNonce: 5, earlierNonces: [[1, 7]] };

/** What a ring has counted, with readings that wait of these boots. */
function ring(bootId: number, seq = 0, total = seq, ...waiting: readonly number[]) {
  const pending = waiting.map((boot) => ({ bootId: boot, first: 1, last: 1 }));
  return { counters: { bootId, seq, total }, pending };
}
const empty = ring(0);

test("a new device boots with the epoch's seconds as its boot and memory", () => {
  expect(nextBoot(undefined, empty, 1_790_000_000, 5)).toEqual({
    bootId: 1_790_000_000,
    bootNonce: 5,
    earlierNonces: [],
    memoryBootId: 1_790_000_000,
    priorNumbered: 0,
    priorHappened: 0,
  });
});

test("a boot id rises even when the clock went back or two boots fall in one second", () => {
  const first = nextBoot(undefined, empty, 1000, 5);
  expect(nextBoot(first, ring(1000), 1000, 6).bootId).toBe(1001);
  expect(nextBoot(first, ring(1000), 5, 6).bootId).toBe(1001);
  expect(nextBoot(first, ring(1000), 9000, 6).bootId).toBe(9000);
});

test("what a boot counted is added once, also when the next boot died before the ring began it", () => {
  const first = nextBoot(undefined, empty, 1000, 5);
  const counted = ring(1000, 7, 9);
  const second = nextBoot(first, counted, 0, 6);
  expect(second).toMatchObject({ bootId: 1001, memoryBootId: 1000, priorNumbered: 7, priorHappened: 9 });
  expect(nextBoot(second, counted, 0, 6)).toEqual({ ...second, bootId: 1002 });
});

test("the nonces of earlier boots are kept for as long as readings of them wait", () => {
  const first = nextBoot(undefined, empty, 1000, 5);
  const second = nextBoot(first, ring(1000, 3, 3, 1000), 0, 6);
  expect(second.earlierNonces).toEqual([[1000, 5]]);
  const third = nextBoot(second, ring(1001, 2, 2, 1000, 1001), 0, 7);
  expect(third.earlierNonces).toEqual([
    [1000, 5],
    [1001, 6],
  ]);
  expect(nextBoot(third, ring(1002, 0, 0, 1001), 0, 8).earlierNonces).toEqual([[1001, 6]]);
});

test("an empty ring under a known device is a new memory", () => {
  const known = { ...record, bootId: 1000, earlierNonces: [[900, 4] as const] };
  expect(nextBoot(known, empty, 0, 6)).toEqual({
    bootId: 1001,
    bootNonce: 6,
    earlierNonces: [],
    memoryBootId: 1001,
    priorNumbered: 0,
    priorHappened: 0,
  });
});

test("records survive, others stay, and no half file is left behind", () => {
  const path = join(folder, "identity.json");
  const file = new IdentityFile(path);
  expect(file.get("40380-T1")).toBeUndefined();
  file.put(new Map([["40380-T1", record]]));
  new IdentityFile(path).put(new Map([["40380-T2", record]]));
  expect(new IdentityFile(path).get("40380-T1")).toEqual(record);
  expect(new IdentityFile(path).get("40380-T2")).toEqual(record);
  expect(readdirSync(folder)).toEqual(["identity.json"]);
});

test("a file of an older version has no nonces", () => {
  const path = join(folder, "older.json");
  writeFileSync(path, JSON.stringify({ "40380-T1": counts }));
  const older = new IdentityFile(path).get("40380-T1");
  expect(older).toEqual({ ...counts, bootNonce: 0, earlierNonces: [] });
  expect(older && nextBoot(older, ring(2, 1, 1, 2), 0, 6).earlierNonces).toEqual([]);
});

test("a damaged file is refused: guessing would give a boot id twice", () => {
  const path = join(folder, "damaged.json");
  writeFileSync(path, '{"40380-T1":{"bootId":"x"}}');
  expect(() => new IdentityFile(path)).toThrowError(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
