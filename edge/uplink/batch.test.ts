import fc from "fast-check";
import { expect, test } from "vitest";
import type { QueuedReading } from "../outbox/ports.ts";
import { type BatchRange, buildBatch, type DeviceQueue } from "./batch.ts";
import { PoisonSearch } from "./poison-search.ts";
import { Window } from "./window.ts";

const queued = (deviceId: string, n: number, bootId = 1, seq = n): QueuedReading => ({
  n,
  bytes: 30,
  reading: {
    deviceId,
    bootId,
    seq,
    total: seq,
    serviceTime: 1,
    deviceTime: 1,
    edgeTime: 1,
    line: "red",
    arrival: null,
  },
});

/** A queue per device that holds arrival numbers up to `until`. */
const peekTo =
  (until: number) =>
  (deviceId: string, from: number, limit: number): QueuedReading[] =>
    Array.from({ length: Math.max(0, Math.min(limit, until - from)) }, (_, i) => queued(deviceId, from + i));

const LIMITS = { readings: 256, bytes: 48 * 1024 };
const queue = (deviceId: string, from: number, until: number): DeviceQueue => ({ deviceId, from, until });
const sizes = (ranges: readonly BatchRange[]): Record<string, number> =>
  Object.fromEntries(ranges.map((c) => [c.deviceId, c.to - c.from + 1]));

test("a device without backlog is in the next batch whole, beside one with a backlog", () => {
  const built = buildBatch(
    [queue("A", 1, 100_000), queue("B", 1, 5), queue("C", 1, 9)],
    LIMITS,
    peekTo(100_000),
  );
  expect(sizes(built.ranges)).toEqual({ A: 244, B: 4, C: 8 });
  expect(built.readings).toBe(256);
});

test("a run ends where boot or sequence breaks", () => {
  const rows = [queued("A", 1, 1, 8), queued("A", 2, 1, 9), queued("A", 3, 2, 1), queued("A", 4, 2, 5)];
  const built = buildBatch([queue("A", 1, 5)], LIMITS, (_, from, limit) =>
    rows.slice(from - 1, from - 1 + limit),
  );
  expect(built.runs.map((r) => [r.bootId, r.firstSeq, r.readings.length])).toEqual([
    [1, 8, 2],
    [2, 1, 1],
    [2, 5, 1],
  ]);
});

test("readings that are not on disk yet are left for later", () => {
  const built = buildBatch([queue("A", 1, 50)], LIMITS, peekTo(11));
  expect(sizes(built.ranges)).toEqual({ A: 10 });
});

test("the byte limit closes a batch, but one reading always fits", () => {
  const built = buildBatch([queue("A", 1, 999)], { readings: 256, bytes: 1_000 }, peekTo(999));
  expect(built.readings).toBe(29);
  expect(buildBatch([queue("A", 1, 9)], { readings: 256, bytes: 1 }, peekTo(9)).readings).toBe(1);
});

test("whatever the queues, batches one after the other carry each reading once, in order per device", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 3_000 }),
      (lengths, readings, bytes) => {
        const next = lengths.map(() => 1);
        const total = lengths.reduce((n, length) => n + length, 0);
        let sent = 0;
        while (sent < total) {
          const queues = lengths.map((length, i) => queue(`D${i}`, next[i] ?? 1, length + 1));
          const built = buildBatch(queues, { readings, bytes }, peekTo(1_000));
          expect(built.readings).toBeGreaterThan(0);
          expect(built.readings).toBeLessThanOrEqual(readings);
          for (const range of built.ranges) {
            const i = Number(range.deviceId.slice(1));
            expect(range.from).toBe(next[i]);
            expect(range.to).toBeLessThanOrEqual(lengths[i] ?? 0);
            next[i] = range.to + 1;
          }
          expect(built.runs.reduce((n, run) => n + run.readings.length, 0)).toBe(built.readings);
          sent += built.readings;
        }
      },
    ),
    { seed: 20261123, numRuns: 25 },
  );
});

test("PUBACKs in any order release only what all older batches allow", () => {
  const window = new Window();
  const range = (n: number): BatchRange => ({ deviceId: "A", from: n, to: n });
  for (const n of [1, 2, 3]) window.sent(n, [range(n)]);
  expect(window.acknowledged(2)).toEqual([]);
  expect(window.acknowledged(9)).toEqual([]);
  expect(window.acknowledged(1)).toEqual([range(1), range(2)]);
  expect(window.size).toBe(1);
});

test("every refused reading is found by halving, and only those", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 60 })), { maxLength: 6 }),
      (lengths, poison) => {
        const poisonKeys = new Set(poison.map(([d, n]) => `D${d} ${n}`));
        const tails = new Map(lengths.map((_, i) => [`D${i}`, 1]));
        const tailOf = (id: string): number => tails.get(id) ?? 1;
        const search = new PoisonSearch();
        const found: string[] = [];
        for (let sends = 0; sends < 5_000; sends++) {
          const whole = lengths.map((length, i) => queue(`D${i}`, tailOf(`D${i}`), length + 1));
          const half = search.searching ? search.half(tailOf) : { queues: whole, limit: 256 };
          const { ranges } = buildBatch(half.queues, { readings: half.limit, bytes: 48_000 }, peekTo(1_000));
          if (ranges.length === 0) break;
          const bad = ranges.some((c) =>
            Array.from({ length: c.to - c.from + 1 }, (_, i) => `${c.deviceId} ${c.from + i}`).some((x) =>
              poisonKeys.has(x),
            ),
          );
          if (!bad) {
            for (const c of ranges) tails.set(c.deviceId, c.to + 1);
            search.acknowledged(ranges);
            continue;
          }
          const one = search.refused(ranges);
          if (one) {
            found.push(`${one.deviceId} ${one.from}`);
            tails.set(one.deviceId, one.from + 1);
          }
        }
        const expected = [...poisonKeys].filter((key) => {
          const [id = "", n] = key.split(" ");
          return Number(n) <= (lengths[Number(id.slice(1))] ?? 0);
        });
        expect(found.sort()).toEqual(expected.sort());
        expect([...tails.values()]).toEqual(lengths.map((length) => length + 1));
      },
    ),
    { seed: 20261123 },
  );
});
