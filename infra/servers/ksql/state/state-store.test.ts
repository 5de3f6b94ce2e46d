import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "../../../runtime/random.ts";
import { StateSpace } from "./state-space.ts";
import { StateStore } from "./state-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ksql-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const codec = {
  encode: (row: { n: number }) => Buffer.from(JSON.stringify(row)),
  decode: (bytes: Buffer) => JSON.parse(bytes.toString()) as { n: number },
};
const spaceOf = (memoryRows: number): StateSpace => new StateSpace({ folder, memoryRows });
const sorted = (rows: Iterable<{ n: number }>): readonly number[] =>
  [...rows].map((row) => row.n).sort((x, y) => x - y);

describe.each([
  ["in memory", 1_000_000],
  ["on disk from its first row", 0],
  ["that goes to disk on the way", 150],
])("a store %s", (_, memoryRows) => {
  test("agrees with a map, whatever is set, forgotten, committed, restored and asked", async () => {
    const space = spaceOf(memoryRows);
    const store = new StateStore(codec, space);
    const random = seededRandom(7, `store ${memoryRows}`);
    const below = (n: number): number => Math.floor(random() * n);
    const committed = new Map<string, { n: number }>();
    let changed = new Map<string, { n: number } | undefined>();
    // Ids of all lengths, also none and beyond LMDB's longest key, and of more bytes than letters.
    const idOf = (n: number): string =>
      n === 0 ? "" : `${n}${"ü".repeat(n % 10 === 0 ? 1500 : n % 7)}@${n * 1000}`;
    for (let step = 0; step < 6000; step++) {
      const id = idOf(below(400));
      const dice = below(100);
      if (dice < 50) {
        const row = dice < 10 ? undefined : { n: step };
        store.set(id, row);
        changed.set(id, row);
      } else if (dice < 55) {
        expect(Array.from(store.changes(), ([i, row]) => [i, row && codec.decode(row)])).toEqual(
          Array.from(changed, ([i, row]) => [i, row ?? null]),
        );
        store.commit();
        for (const [i, row] of changed) row ? committed.set(i, row) : committed.delete(i);
        changed = new Map();
      } else if (dice < 60 && changed.size === 0) {
        store.restore(id, dice < 57 ? null : codec.encode({ n: step }));
        dice < 57 ? committed.delete(id) : committed.set(id, { n: step });
      } else if (dice < 99) {
        expect(store.get(id)).toEqual(changed.has(id) ? changed.get(id) : committed.get(id));
        expect(store.committed(id)).toEqual(committed.get(id));
      } else expect(sorted(store.committedRows())).toEqual(sorted(committed.values()));
    }
    expect(sorted(store.committedRows())).toEqual(sorted(committed.values()));
    expect(sorted(store.committedRows((id) => Number(id.split("@")[1] ?? 0) < 100_000))).toEqual(
      sorted([...committed].flatMap(([id, row]) => (Number(id.split("@")[1] ?? 0) < 100_000 ? [row] : []))),
    );
    expect(space.diskBytes > 0).toBe(memoryRows < 1_000_000);
    if (memoryRows < 1_000_000) expect(space.inMemory).toBeLessThanOrEqual(space.share);
    await store.close();
    expect([space.inMemory, space.diskBytes]).toEqual([0, 0]);
    await space.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("a reader that is slow sees all rows of a store that goes to disk meanwhile", async () => {
  const space = spaceOf(10);
  const store = new StateStore(codec, space);
  for (let n = 0; n < 10; n++) store.restore(`k${n}`, codec.encode({ n }));
  const reader = store.committedRows()[Symbol.iterator]();
  const seen = [reader.next().value as { n: number }];
  store.restore("k10", codec.encode({ n: 10 }));
  expect(space.diskBytes).toBeGreaterThan(0);
  for (let next = reader.next(); !next.done; next = reader.next()) seen.push(next.value);
  expect(sorted(seen)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await space.close();
});

test("more rows than one look at the disk brings, all of them and none twice, also while they are written", async () => {
  const space = spaceOf(0);
  const store = new StateStore(codec, space);
  for (let n = 0; n < 1800; n++) store.restore(`k${n}`, codec.encode({ n }));
  const seen: number[] = [];
  for (const { n } of store.committedRows()) {
    if (n % 100 === 0) {
      store.set(`k${n}`, { n });
      store.commit();
    }
    seen.push(n);
  }
  expect(seen.sort((x, y) => x - y)).toEqual(Array.from({ length: 1800 }, (_, n) => n));
  await space.close();
});

test.each([
  ["on disk", 0],
  ["in memory", 1000],
])("who reads a table %s that is gone is told so", async (_, memoryRows) => {
  const space = spaceOf(memoryRows);
  const store = new StateStore(codec, space);
  store.restore("a", codec.encode({ n: 1 }));
  await store.close();
  expect(() => store.get("a")).toThrow("went to another instance");
  expect(() => [...store.committedRows()]).toThrow("went to another instance");
  await space.close();
});

test("who reads a table on disk is told so in the middle of it too", async () => {
  const space = spaceOf(0);
  const store = new StateStore(codec, space);
  for (let n = 0; n < 600; n++) store.restore(`k${n}`, codec.encode({ n }));
  const reader = store.committedRows()[Symbol.iterator]();
  reader.next();
  await store.close();
  expect(() => {
    for (let i = 0; i < 600; i++) reader.next();
  }).toThrow("went to another instance");
  await store.close();
});

test("stores share the room: the one that grows goes to disk, small ones stay", async () => {
  const space = spaceOf(100);
  const small = new StateStore(codec, space);
  const large = new StateStore(codec, space);
  small.set("s", { n: 1 });
  small.commit();
  for (let n = 0; n < 200; n++) large.set(`k${n}`, { n });
  large.commit();
  expect(space.inMemory).toBe(1 + space.share);
  expect(small.get("s")).toEqual({ n: 1 });
  expect(sorted(large.committedRows())).toHaveLength(200);
  await space.close();
});

test("what a killed instance left is removed, what a living one has is not", async () => {
  const space = spaceOf(0);
  const store = new StateStore(codec, space);
  store.restore("a", codec.encode({ n: 1 }));
  expect(store.get("a")).toEqual({ n: 1 });
  const [own] = readdirSync(folder);
  // No process has this id: Linux ends at 4,194,304.
  mkdtempSync(join(folder, "4999999-"));
  mkdtempSync(join(folder, "notes-"));
  const other = spaceOf(0);
  expect(readdirSync(folder)).toEqual([own, expect.stringMatching(/^notes-/)]);
  expect(store.get("a")).toEqual({ n: 1 });
  await Promise.all([space.close(), other.close()]);
});
