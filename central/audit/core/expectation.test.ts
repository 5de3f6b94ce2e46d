import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Expectation, type ExpectedRun } from "./expectation.ts";

const BOOT = 7;

function run(from: number, to: number, at: number, more: Partial<ExpectedRun> = {}): ExpectedRun {
  return { bootId: BOOT, from, to, at, since: at * 10, contents: null, ...more };
}

function expecting(...runs: readonly ExpectedRun[]): Expectation {
  const expectation = new Expectation();
  for (const each of runs) expectation.expect(each);
  return expectation;
}

const AT = { partition: 0, look: 1 };

/** The output shows these numbers, one record each, within look 1. */
function pass(expectation: Expectation, ...seqs: readonly number[]): string[] {
  return seqs.map((seq) => expectation.pass(BOOT, seq, 100 + seq, AT).what);
}

const spans = (runs: readonly { from: number; to: number }[]) => runs.map(({ from, to }) => [from, to]);

describe("what an output shows of a device", () => {
  test("is expected, once, in the order of the input", () => {
    const expectation = expecting(run(1, 3, 0), run(4, 4, 1));
    expect(pass(expectation, 1, 2, 3, 4)).toEqual(["expected", "expected", "expected", "expected"]);
    expect(expectation.waiting).toBe(0);
    expect(expectation.cut(9)).toEqual([]);
    expect(pass(expectation, 2)).toEqual(["doubled"]);
  });

  test("may stand before what the input has in front of it, where that is a repeat of what was not read", () => {
    const repeated = (): Expectation => {
      const expectation = expecting(run(19, 20, 0));
      expectation.expectAnywhere(run(18, 18, 1));
      return expectation;
    };
    const inOrder = repeated();
    expect(pass(inOrder, 18, 19, 20)).toEqual(["expected", "expected", "expected"]);
    expect([inOrder.waiting, inOrder.cut(9)]).toEqual([0, []]);
    expect(pass(repeated(), 19, 18)).toEqual(["expected", "out-of-order"]);
    const lost = repeated();
    expect(spans(lost.cut(1))).toEqual([]);
    expect(spans(lost.cut(2))).toEqual([
      [18, 18],
      [19, 20],
    ]);
    const before = new Expectation();
    expect(pass(before, 18)).toEqual(["early"]);
    before.expect(run(19, 20, 0));
    before.expectAnywhere(run(18, 18, 1));
    expect(pass(before, 19, 20)).toEqual(["expected", "expected"]);
    expect([before.early, before.waiting]).toEqual([0, 0]);
  });

  test("is lost at the cut when it is left out, and not before", () => {
    const expectation = expecting(run(1, 5, 0), run(6, 7, 1), run(8, 9, 2));
    pass(expectation, 1, 3, 6);
    expect(expectation.waiting).toBe(6);
    expect(expectation.oldest).toBe(0);
    expect(spans(expectation.cut(0))).toEqual([]);
    expect(spans(expectation.cut(2))).toEqual([
      [2, 2],
      [4, 5],
      [7, 7],
    ]);
    expect(expectation.waiting).toBe(2);
    expect(pass(expectation, 8, 9)).toEqual(["expected", "expected"]);
    expect(spans(expectation.cut(9))).toEqual([]);
  });

  test("is out of order when the output had gone on behind it", () => {
    const expectation = expecting(run(1, 9, 0));
    expect(pass(expectation, 1, 3, 2, 4)).toEqual(["expected", "expected", "out-of-order", "expected"]);
    expect(pass(expectation, 2)).toEqual(["doubled"]);
    expect(spans(expectation.cut(9))).toEqual([[5, 9]]);
  });

  test("may come before the input was read so far", () => {
    const expectation = expecting(run(1, 2, 0));
    expect(pass(expectation, 1, 2, 3, 4)).toEqual(["expected", "expected", "early", "early"]);
    expect(expectation.early).toBe(2);
    expectation.expect(run(3, 5, 1));
    expect(expectation).toMatchObject({ early: 0, waiting: 1 });
    expect(expectation.settle(9)).toEqual([]);
    expect(pass(expectation, 3)).toEqual(["doubled"]);
  });

  test("is unexpected once all of the input that was there has been read", () => {
    const expectation = expecting(run(1, 1, 0));
    pass(expectation, 1, 5, 6);
    expect(expectation.settle(1)).toEqual([]);
    expect(expectation.settle(2)).toMatchObject([
      { bootId: BOOT, from: 5, to: 6, partition: 0, at: 105, look: 1 },
    ]);
    expect(expectation.settle(3)).toEqual([]);
  });

  test("keeps its content's sum until it comes", () => {
    const expectation = expecting(run(4, 6, 0, { contents: { from: 4, checksums: [40, 50, 60] } }));
    expect(expectation.pass(BOOT, 4, 0, AT)).toEqual({ what: "expected", at: 0, content: 40 });
    expect(expectation.pass(BOOT, 6, 1, AT)).toEqual({ what: "expected", at: 0, content: 60 });
  });

  test("of what another version kept is not compared, where that summed contents in another way", () => {
    const { expected, ...state } = expecting(run(1, 2, 0)).toJSON();
    const kept = expected.map((each) => ({ ...each, contents: { from: 1, sums: [10, 20] } }));
    const expectation = new Expectation({ ...state, expected: kept as never });
    expect(expectation.pass(BOOT, 1, 0, AT)).toEqual({ what: "expected", at: 0, content: undefined });
  });
});

test("a device far behind takes bounded memory, and loses nothing of it", () => {
  const expectation = new Expectation();
  for (let seq = 1; seq <= 5_000; seq++) expectation.expect(run(seq, seq, seq));
  expect(expectation.toJSON().expected.length).toBeLessThanOrEqual(256);
  expect(expectation.waiting).toBe(5_000);
  for (let seq = 1; seq <= 5_000; seq++) if (seq !== 4_000) pass(expectation, seq);
  expect(spans(expectation.cut(5_001))).toEqual([[4_000, 4_000]]);
});

test("whatever is left out, doubled or mixed up, every number is accounted for, also after a restart in between", () => {
  const order = fc.shuffledSubarray(Array.from({ length: 12 }, (_, i) => i + 1));
  fc.assert(
    fc.property(
      order,
      fc.nat(11),
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
      (shown, half, twice) => {
        let expectation = expecting(run(1, 4, 0), run(5, 5, 1), run(6, 12, 2));
        const passings = shown.map((seq, i) => {
          if (i === half) expectation = new Expectation(JSON.parse(JSON.stringify(expectation)));
          return expectation.pass(BOOT, seq, i, AT).what;
        });
        const rising = shown.map((seq, i) => shown.slice(0, i).every((earlier) => earlier < seq));
        expect(passings).toEqual(rising.map((inOrder) => (inOrder ? "expected" : "out-of-order")));
        for (const seq of twice) {
          const what = expectation.pass(BOOT, seq, 99, AT).what;
          if (shown.includes(seq)) expect(what).toBe("doubled");
          shown = [...shown, seq];
        }
        const lost = expectation
          .cut(3)
          .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
        expect([...new Set([...lost, ...shown])]).toHaveLength(12);
        expect(expectation.waiting).toBe(0);
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

test("whatever the order, and however far the input was read by then, the same numbers are out of order", () => {
  const numbers = Array.from({ length: 9 }, (_, i) => i + 1);
  const shown = fc.shuffledSubarray(numbers, { minLength: 1 });
  /** How many records of the output are read before each of the input's three batches. */
  const reads = fc.array(fc.nat(9), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(shown, reads, fc.boolean(), (order, unsorted, restart) => {
      const readAt = [...unsorted].sort((x, y) => x - y);
      let expectation = new Expectation();
      const late = new Set<number>();
      for (let n = 0; n <= order.length; n++) {
        for (const [batch, after] of readAt.entries()) {
          if (after !== n && !(n === order.length && after > n)) continue;
          for (const { from, to } of expectation.expect(run(batch * 3 + 1, batch * 3 + 3, batch)))
            for (let seq = from; seq <= to; seq++) late.add(seq);
        }
        const seq = order[n];
        if (seq === undefined) break;
        if (expectation.pass(BOOT, seq, n, AT).what === "out-of-order") late.add(seq);
        if (restart) expectation = new Expectation(JSON.parse(JSON.stringify(expectation)));
      }
      const behind = order.filter((seq, n) => order.slice(0, n).some((before) => before > seq));
      expect([...late].sort()).toEqual(behind.sort());
    }),
    { seed: 3, numRuns: 2_000 },
  );
});
