import { describe, expect, test } from "vitest";
import { WINDOW_MS } from "./hop-lag.ts";
import { type Observation, PATIENCE_MS, ProofJudge, type Verdict } from "./judge.ts";
import type { Totals } from "./totals.ts";

interface Seen extends Partial<Omit<Observation, "totals">>, Partial<Totals> {}

/** A judge and the time it looks at the totals. */
class Court {
  readonly #judge = new ProofJudge();
  now = 0;

  look({ shown = null, live = true, down = [], violations = [], ...totals }: Seen): Verdict {
    return this.#judge.judge({
      now: this.now,
      wall: this.now,
      shown,
      live,
      down,
      violations: [],
      totals: {
        devices: 0,
        inDevices: 0,
        inOutboxes: 0,
        inKafka: 0,
        clean: 0,
        summed: 0,
        lost: 0,
        ringLost: 0,
        quarantined: 0,
        duplicatesRemoved: 0,
        silent: [],
        violations,
        ...totals,
      },
    });
  }

  /** Look every half second for `ms`. */
  watch(ms: number, seen: (now: number) => Seen): Verdict {
    let verdict = this.look(seen(this.now));
    for (const until = this.now + ms; this.now < until; ) {
      this.now += 500;
      verdict = this.look(seen(this.now));
    }
    return verdict;
  }
}

const at = (n: number): Seen => ({ devices: n, clean: n, summed: n, shown: n });

describe("the proof", () => {
  test("holds at rest when all totals are equal, and says so at once", () => {
    expect(new Court().look(at(10))).toEqual({ state: "holds", reasons: [] });
  });

  test("does not hold at rest when one entry is missing anywhere", () => {
    for (const missing of [{ clean: 9 }, { summed: 9 }, { shown: 9 }]) {
      expect(new Court().look({ ...at(10), ...missing }).state).toBe("catching-up");
    }
  });

  test("holds under live traffic while each total reaches what was upstream a window ago", () => {
    const court = new Court();
    const verdict = court.watch(60_000, (now) => ({
      devices: now,
      clean: Math.max(0, now - 800),
      summed: Math.max(0, now - 1_600),
      shown: Math.max(0, now - 2_400),
    }));
    expect(verdict).toEqual({ state: "holds", reasons: [] });
  });

  test("catches up, and is not broken, while a backlog moves for however long", () => {
    const court = new Court();
    court.watch(5_000, () => at(100));
    const verdict = court.watch(60_000, (now) => {
      const n = 100 + now / 500;
      return { devices: 1_000, inDevices: 900 - now / 500, clean: n, summed: n, shown: n };
    });
    expect(verdict.state).toBe("catching-up");
    expect(verdict.reasons.join()).toMatch(/before the gateway/);
  });

  test("is broken when a difference stays with nothing moving and nothing down", () => {
    const court = new Court();
    court.watch(5_000, () => at(100));
    const stuck = (): Seen => ({ devices: 101, clean: 100, summed: 100, shown: 100 });
    expect(court.watch(WINDOW_MS + PATIENCE_MS, stuck).state).toBe("catching-up");
    expect(court.watch(1_000, stuck).state).toBe("broken");
    expect(court.look(at(101)).state).toBe("holds");
  });

  test.each([
    ["a part is down", { down: ["Gateway"] }],
    [
      "a turnstile is silent",
      { silent: [{ name: "Turnstile 40380-T1", turnstiles: 1, reason: "unplugged", since: 0, waiting: 1 }] },
    ],
  ])("waits as long as it must while %s, and says it", (_, seen: Seen) => {
    const court = new Court();
    court.watch(5_000, () => at(100));
    const verdict = court.watch(60_000, () => ({
      devices: 101,
      clean: 100,
      summed: 100,
      shown: 100,
      ...seen,
    }));
    expect(verdict.state).toBe("catching-up");
    expect(verdict.reasons[0]).toMatch(
      /Gateway is down|Turnstile 40380-T1: unplugged, \d+ s ago\. 1 entry waits/,
    );
  });

  test("does not hold while a turnstile is silent although all totals agree: it may count on unheard", () => {
    const silent = [{ name: "Turnstile 40380-T1", turnstiles: 1, reason: "unplugged", since: 0, waiting: 0 }];
    expect(new Court().look({ ...at(10), silent }).state).toBe("catching-up");
  });

  test("what cannot be true at any moment is broken at once", () => {
    const verdict = new Court().look({ ...at(10), violations: ["Station 40380: dedup's count fell."] });
    expect(verdict).toEqual({ state: "broken", reasons: ["Station 40380: dedup's count fell."] });
  });

  test("more summed than clean is broken, but not while the two are read a moment apart", () => {
    const court = new Court();
    const ahead = (): Seen => ({ devices: 10, clean: 10, summed: 12, shown: 12 });
    expect(court.look(ahead()).state).not.toBe("broken");
    expect(court.watch(WINDOW_MS, ahead).state).toBe("broken");
  });

  test("readings known lost or quarantined are accounted for", () => {
    expect(new Court().look({ ...at(7), devices: 10, lost: 2, quarantined: 1 }).state).toBe("holds");
  });

  test("without a page open, shown is nobody's debt", () => {
    expect(new Court().look({ ...at(10), shown: null }).state).toBe("holds");
  });

  test("nothing is claimed before Kafka has been read, or before any device was heard", () => {
    expect(new Court().look({ ...at(10), live: false }).state).toBe("catching-up");
    expect(new Court().look({ devices: null }).state).toBe("catching-up");
  });
});
