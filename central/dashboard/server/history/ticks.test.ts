import { expect, test } from "vitest";
import type { Finding, Silence, Verdict } from "../../../../schemas/audit.ts";
import { Ticks } from "./ticks.ts";

const SILENCE: Silence = {
  ...{ name: "Turnstile 40380-T1", stationId: 40380, devices: 1, reason: "unplugged" },
  ...{ since: 20, waiting: 3 },
};

function verdict(asOf: number, state: Verdict["state"], silent: readonly Silence[] = []): Verdict {
  const inFlight = [{ hop: "dedup", waiting: 1, since: asOf, movedAt: null, state }];
  return { state, since: asOf, asOf, reasons: [`it is ${state}`], silent, inFlight } as unknown as Verdict;
}

test("what does not hold is one tick from its beginning to its end, and so is a silence", () => {
  const ticks = new Ticks();
  ticks.see(verdict(10, "holds"));
  ticks.see({ ...verdict(30, "stalled", [SILENCE]), since: 25 });
  ticks.see({ ...verdict(40, "stalled", [SILENCE]), since: 25 });
  expect(ticks.all([])).toEqual([
    { kind: "silence", at: 20, until: null, words: "Turnstile 40380-T1: unplugged." },
    { kind: "stalled", at: 25, until: null, words: "it is stalled" },
  ]);
  ticks.see(verdict(50, "catching-up"));
  expect(ticks.all([]).map(({ kind, until }) => [kind, until])).toEqual([
    ["silence", 50],
    ["stalled", 50],
  ]);
});

test("a silence that lets nothing else stand still is one tick, not two", () => {
  const ticks = new Ticks();
  ticks.see({ ...verdict(30, "stalled", [SILENCE]), inFlight: [] });
  expect(ticks.all([]).map(({ kind }) => kind)).toEqual(["silence"]);
});

test("trials and findings stand among them, a loss with a cause apart from what breaks the proof", () => {
  const ticks = new Ticks();
  ticks.trial(70, "Trial, Device: Unplug for 20 s (40380-T1)");
  const finding = { kind: "lost", deviceId: "40380-T1", reading: "turnstile", ranges: [], readings: 1 };
  const found = [
    { ...finding, cause: null, firstSeen: 80, detail: "gone" },
    { ...finding, cause: "ring-full", firstSeen: 60, detail: "refused" },
  ] as unknown as readonly Finding[];
  expect(ticks.all(found).map(({ kind, at }) => [kind, at])).toEqual([
    ["loss", 60],
    ["trial", 70],
    ["finding", 80],
  ]);
});

test("they are bounded: the oldest go", () => {
  const ticks = new Ticks();
  for (let at = 0; at < 1_000; at++) ticks.trial(at, "trial");
  const all = ticks.all([]);
  expect(all).toHaveLength(400);
  expect(all[0]?.at).toBe(600);
});
