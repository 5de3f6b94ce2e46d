import fc from "fast-check";
import { expect, test } from "vitest";
import { MANY_RANGES, Station } from "./station.ts";
import { run } from "./testing/raw.ts";

const DEVICES = ["40380-T1", "40380-T2", "40380-blue-A1"] as const;

const anyRun = fc
  .record({
    device: fc.constantFrom(...DEVICES),
    bootId: fc.constantFrom(3, 4),
    from: fc.integer({ min: 1, max: 40 }),
    length: fc.integer({ min: 0, max: 9 }),
    bad: fc.boolean(),
  })
  .map(({ device, bootId, from, length, bad }) => ({ run: run(device, bootId, from, from + length), bad }));

test("any order of runs, good and bad, is counted as a set of identities would count it", () => {
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 60 }), (runs) => {
      const station = new Station(40380);
      const seen = new Set<string>();
      const lost = new Set<string>();
      for (const { run: one, bad } of runs) {
        const kind = one.deviceId.includes("-A") ? "arrival" : "turnstile";
        const ids = one.readings.map((_, i) => `${one.deviceId};${one.bootId};${one.firstSeq + i}`);
        const fresh = ids.filter((id) => !seen.has(id));
        if (bad) {
          station.lose(one, kind);
          for (const id of fresh) lost.add(id);
          continue;
        }
        const accepted = station.accept(one, kind);
        expect(accepted.map((f) => `${one.deviceId};${one.bootId};${f.seq}`)).toEqual(fresh);
        for (const f of accepted) expect(f.reading.total).toBe(f.seq);
        for (const id of ids) {
          seen.add(id);
          lost.delete(id);
        }
      }
      station.check();
      const state = station.toState();
      const count = (which: "ranges" | "lost"): number =>
        state.boots.flatMap((b) => b[which]).reduce((sum, r) => sum + r.to - r.from + 1, 0);
      expect(count("ranges")).toBe(seen.size);
      expect(count("lost")).toBe(lost.size);
      expect(state.arrivals + state.entries).toBe(seen.size);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("a station restored from its record goes on as if it had never stopped", () => {
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 30 }), fc.nat(30), (runs, at) => {
      const straight = new Station(40380);
      let restored = new Station(40380);
      for (const [i, { run: one }] of runs.entries()) {
        const kind = one.deviceId.includes("-A") ? "arrival" : "turnstile";
        if (i === at) restored = Station.restored(structuredClone(restored.toState()));
        expect(restored.accept(one, kind)).toEqual(straight.accept(one, kind));
      }
      expect(restored.toState()).toEqual(straight.toState());
      restored.check();
    }),
    { seed: 6, numRuns: 200 },
  );
});

test("many pieces are an alarm, and nothing is skipped for it", () => {
  const station = new Station(40380);
  for (let i = 0; i <= MANY_RANGES; i++)
    station.accept(run("40380-T1", 1, 2 * i + 1, 2 * i + 1), "turnstile");
  expect(station.scattered).toBe(1);
  expect(station.accept(run("40380-T1", 1, 1, 2 * MANY_RANGES + 1), "turnstile")).toHaveLength(MANY_RANGES);
  expect(station.scattered).toBe(0);
});

test("a state that contradicts itself is found out", () => {
  const state = { station_id: 40380, arrivals: 0, entries: 2, service_time: 0 };
  const boot = { device_id: "40380-T1", boot_id: 1, duplicates: 0, total: 1, lost: [] };
  const wrong = Station.restored({ ...state, boots: [{ ...boot, ranges: [{ from: 1, to: 1 }] }] });
  expect(() => wrong.check()).toThrow(expect.objectContaining({ code: "PROOF_BROKEN" }));
  const both = { ...boot, ranges: [{ from: 1, to: 2 }], lost: [{ from: 2, to: 2 }] };
  expect(() => Station.restored({ ...state, boots: [both] }).check()).toThrow(
    expect.objectContaining({ code: "PROOF_BROKEN" }),
  );
});
