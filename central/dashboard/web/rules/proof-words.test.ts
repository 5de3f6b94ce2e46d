import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { proofView } from "../../../../schemas/testing/proof-views.ts";
import { EN } from "../texts/en/table.ts";
import { asOf, fleetSentence, headline, pagesBehind, sentence, terms } from "./proof-words.ts";

const n = fc.nat(1_000);

/** What the line of totals comes to from one total to the next, by its own signs. */
function closes(line: ReturnType<typeof terms>): boolean[] {
  let running = 0;
  return line.flatMap(({ value, sign }, i) => {
    if (i === 0 || sign === "=" || sign === "≠") {
      const held = i === 0 || running === (value ?? 0);
      running = value ?? 0;
      return i === 0 ? [] : [held === (sign === "=")];
    }
    running += (sign === "−" ? -1 : 1) * (value ?? 0);
    return [];
  });
}

describe("the line of totals", () => {
  test("says = exactly where the figures before it come to the next total", () => {
    const counts = fc.record({
      waiting: n,
      lost: n,
      unaudited: n,
      unexplained: fc.integer({ min: -50, max: 50 }),
      clean: n,
      inSummary: n,
      miscounted: fc.integer({ min: -50, max: 50 }),
      newer: fc.integer({ min: -9, max: 9 }),
    });
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: -1, max: 1 }),
        fc.integer({ min: -1, max: 1 }),
        (given, off, drawnOff) => {
          const { waiting, lost, unaudited, unexplained, clean, inSummary, miscounted, newer } = given;
          const devices = waiting + clean + unaudited + lost - unexplained + off;
          const summed = clean - inSummary + miscounted;
          const line = terms(proofView({ ...given, devices, summed }), summed + newer + drawnOff, EN);
          expect(closes(line)).toEqual([true, true, true]);
          const totals = line.filter(({ kind }) => kind === "total").slice(1);
          expect(totals.map(({ sign }) => sign)).toEqual([
            off === 0 ? "=" : "≠",
            "=",
            drawnOff === 0 ? "=" : "≠",
          ]);
        },
      ),
      { seed: 12 },
    );
  });

  test("without a verdict nothing is said to differ", () => {
    const nothing = { devices: null, waiting: null, clean: null, inSummary: null, summed: null, newer: null };
    expect(terms(proofView(nothing), null, EN).map(({ sign }) => sign)).toEqual([
      undefined,
      "−",
      "=",
      "−",
      "=",
      "+",
      "=",
    ]);
  });
});

describe("the sentence under the figures", () => {
  test("of a quiet city", () => {
    expect(sentence(proofView({ devices: 81_204, clean: 81_204, summed: 81_204 }), EN)).toBe(
      "All 81,204 entries at the turnstiles were received, each once and in order. All of them are totalled.",
    );
  });

  test("of live traffic, with losses whose causes are known", () => {
    expect(
      sentence(proofView({ devices: 100, waiting: 1, lost: 2, clean: 97, inSummary: 3, summed: 94 }), EN),
    ).toBe(
      "97 of 100 entries at the turnstiles were received, each once and in order; 1 is in transit; 2 are lost, with a cause. 3 of them are not totalled yet.",
    );
  });

  test("is empty before a verdict", () => {
    expect(sentence(proofView({ devices: null }), EN)).toBe("");
    expect(headline(proofView({ devices: null, state: "catching-up" }), EN)).toBe("Nothing counted yet");
  });
});

test("ages and pages in words", () => {
  expect(asOf({ asOf: 1_000 }, 7_400, EN)).toBe("as of 6 s ago");
  expect(asOf({ asOf: null }, 7_400, EN)).toBe("");
  expect(pagesBehind({ open: 3, behind: 1 }, EN)).toBe("1 of 3 pages behind");
  expect(pagesBehind({ open: 3, behind: 0 }, EN)).toBe("");
});

test("what is only silent is not called a stand-still", () => {
  const stalled = proofView({ state: "stalled", silent: 1 });
  expect(headline(stalled, EN)).toBe("1 place silent");
  expect(headline({ ...stalled, stalledAt: ["dedup"] }, EN)).toBe("Standing still");
  expect(headline({ ...stalled, stale: true }, EN)).toBe("The auditor is silent");
});

test("the vehicles' events have a sentence of their own", () => {
  const fleet = {
    ...{ state: "holds" as const, asOf: 0, reasons: [], inKafka: 1_204, waiting: 3, audited: 1_201 },
    ...{ rows: 1_199, repeated: 2, deadLetters: 0 },
  } as const;
  expect(fleetSentence(fleet, EN)).toBe(
    "Vehicles' events: 1,199 of 1,204 are rows of PostgreSQL; 2 came again; 3 are on the way.",
  );
});
