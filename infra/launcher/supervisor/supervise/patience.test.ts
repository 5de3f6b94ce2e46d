import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Activity,
  hangs,
  LOOK_EVERY_MS,
  look,
  NEW_PATIENCE,
  type Patience,
  QUIET_LIMIT_MS,
} from "./patience.ts";

/** What is done in one second: by each thread, [on a processor, waiting for one] in ms. */
interface Second {
  readonly threads?: readonly (readonly [number, number])[];
  readonly bytes?: number;
  readonly logBytes?: number;
  /** Until the look, when that is late. */
  readonly elapsedMs?: number;
}

const NOTHING: Activity = { threads: new Map(), bytes: 0, logBytes: 0 };

function lookedAt(seconds: readonly Second[]): Patience {
  let patience = look(NEW_PATIENCE, NOTHING, 0);
  let now = NOTHING;
  for (const { threads = [], bytes = 0, logBytes = 0, elapsedMs = LOOK_EVERY_MS } of seconds) {
    now = {
      threads: new Map(
        threads.map(([processorMs, waitedMs], id) => {
          const before = now.threads.get(id) ?? { processorMs: 0, waitedMs: 0 };
          return [
            id,
            { processorMs: before.processorMs + processorMs, waitedMs: before.waitedMs + waitedMs },
          ];
        }),
      ),
      bytes: now.bytes + bytes,
      logBytes: now.logBytes + logBytes,
    };
    patience = look(patience, now, elapsedMs);
  }
  return patience;
}

const times = (n: number, second: Second): readonly Second[] => Array.from({ length: n }, () => second);
const HOUR = 3_600;

describe("a part that starts is waited for", () => {
  test("while a thread of it works, or would if there were a processor for it", () => {
    const works = lookedAt(
      times(HOUR, {
        threads: [
          [1, 1],
          [500, 20],
        ],
      }),
    );
    expect([hangs(works), works.doing]).toEqual([false, "uses 50 % of a processor"]);
    const starved = lookedAt(times(HOUR, { threads: [[40, 900]] }));
    expect([hangs(starved), starved.doing]).toEqual([false, "waits for a processor, which others use"]);
  });

  test("while it works through files, or says something", () => {
    const reads = lookedAt(times(HOUR, { bytes: 2_400_000 }));
    expect([hangs(reads), reads.doing]).toEqual([false, "reads and writes 2.4 MB/s"]);
    const says = lookedAt([...times(HOUR, { logBytes: 80 })]);
    expect([hangs(says), says.doing]).toEqual([false, "writes its log"]);
  });

  test("not when it only idles: a hundred threads that wake now and then are no work, however starved the machine", () => {
    const idle: Second = { threads: Array.from({ length: 100 }, () => [0.2, 3] as const), bytes: 8_000 };
    expect(hangs(lookedAt(times(QUIET_LIMIT_MS / LOOK_EVERY_MS - 1, idle)))).toBe(false);
    const hung = lookedAt(times(QUIET_LIMIT_MS / LOOK_EVERY_MS, idle));
    expect([hangs(hung), hung.doing]).toEqual([true, "has done nothing for 60 s"]);
  });

  test("again from each sign of life", () => {
    const almost = times(QUIET_LIMIT_MS / LOOK_EVERY_MS - 1, {});
    expect(hangs(lookedAt([...almost, { logBytes: 1 }, ...almost]))).toBe(false);
  });

  test("and a pause of the one who looks is no sign of a hung part: the machine was asleep", () => {
    expect(hangs(lookedAt([{ elapsedMs: HOUR * 1_000 }, { elapsedMs: HOUR * 1_000 }]))).toBe(false);
  });
});

test("whatever it did before, it hangs after a minute of nothing, and not earlier", () => {
  const second = fc.record({
    threads: fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000))),
    bytes: fc.nat(1e6),
    logBytes: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.array(second, { maxLength: 30 }), fc.nat(59), (before, quiet) => {
      const threads = times(quiet, { threads: (before.at(-1)?.threads ?? []).map(() => [0, 0] as const) });
      const sign: Second = { logBytes: 1 };
      expect(hangs(lookedAt([...before, sign, ...threads]))).toBe(false);
      expect(hangs(lookedAt([...before, sign, ...threads, ...times(60 - quiet, {})]))).toBe(true);
    }),
    { seed: 15, numRuns: 100 },
  );
});
