import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { isCoded } from "../../schemas/errors.ts";
import type { DedupState } from "../../schemas/records.ts";
import { type BootPage, PAGE_BOOTS, pageIn } from "./boot-page.ts";
import { RECENT_BOOTS } from "./device-boots.ts";
import { MANY_RANGES, MAX_PAGES, MAX_PIECES, MAX_RANGES } from "./limits.ts";
import { StationCounts } from "./station.ts";
import { run } from "./testing/raw.ts";

/** A longer run: DEDUP_BOOTS=1000000. */
const BOOTS = Number(process.env["DEDUP_BOOTS"] ?? 100_000);
const REPLACED = 200;
const type = avroType("dedup-state");
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
      const station = new StationCounts(40380);
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
      const straight = new StationCounts(40380);
      let restored = new StationCounts(40380);
      for (const [i, { run: one }] of runs.entries()) {
        const kind = one.deviceId.includes("-A") ? "arrival" : "turnstile";
        if (i === at) restored = StationCounts.restored(structuredClone(restored.toState()));
        expect(restored.accept(one, kind)).toEqual(straight.accept(one, kind));
      }
      expect(restored.toState()).toEqual(straight.toState());
      restored.check();
    }),
    { seed: 6, numRuns: 200 },
  );
});

test("many pieces are an alarm, and nothing is skipped for it", () => {
  const station = new StationCounts(40380);
  for (let i = 0; i <= MANY_RANGES; i++)
    station.accept(run("40380-T1", 1, 2 * i + 1, 2 * i + 1), "turnstile");
  expect(station.scattered).toBe(1);
  expect(station.accept(run("40380-T1", 1, 1, 2 * MANY_RANGES + 1), "turnstile")).toHaveLength(MANY_RANGES);
  expect(station.scattered).toBe(0);
});

test("a state that contradicts itself is found out", () => {
  const state = { station_id: 40380, arrivals: 0, entries: 2, service_time: 0 };
  const boot = { device_id: "40380-T1", boot_id: 1, duplicates: 0, total: 1, lost: [] };
  const wrong = StationCounts.restored({ ...state, boots: [{ ...boot, ranges: [{ from: 1, to: 1 }] }] });
  expect(() => wrong.check()).toThrow(expect.objectContaining({ code: "PROOF_BROKEN" }));
  const both = { ...boot, ranges: [{ from: 1, to: 2 }], lost: [{ from: 2, to: 2 }] };
  expect(() => StationCounts.restored({ ...state, boots: [both] }).check()).toThrow(
    expect.objectContaining({ code: "PROOF_BROKEN" }),
  );
});

/** A station's state topic as compaction leaves it: the newest record of each key, and what was written in all. */
class StateTopic {
  state: DedupState | undefined;
  readonly pages = new Map<number, BootPage>();
  bytes = 0;
  largest = 0;

  /** What a transaction writes of a station. */
  write(station: StationCounts): void {
    station.check();
    station.tidy();
    const { written, removed } = station.takeChangedPages();
    for (const page of written) this.pages.set(page.number, page);
    for (const number of removed) this.pages.delete(number);
    this.state = station.toState();
    for (const { length } of [...written.map(({ bytes }) => bytes), type.toBuffer(this.state)]) {
      this.bytes += length;
      this.largest = Math.max(this.largest, length);
    }
  }

  restored(): StationCounts {
    if (!this.state) throw new Error("nothing was written");
    const pages = [...this.pages.values()].map((page) => pageIn(type.fromBuffer(page.bytes) as DedupState));
    return StationCounts.restored(
      this.state,
      pages.filter((page) => page !== undefined),
    );
  }
}

describe("boots that are heard of no more", () => {
  const press = (bootId: number, to = 1, from = 1) => run("40380-T1", bootId, from, to);

  test("leave the station's record, and every reading of theirs is still known, also after a restart", () => {
    const topic = new StateTopic();
    let station = new StationCounts(40380);
    const boots = 3 * PAGE_BOOTS + RECENT_BOOTS + 5;
    for (let id = 1; id <= boots; id++) {
      station.accept(press(id, 2), "turnstile");
      topic.write(station);
    }
    expect(topic.pages.size).toBe(3);
    expect(topic.state?.boots.length).toBeLessThan(RECENT_BOOTS + PAGE_BOOTS);
    expect(topic.state?.older).toMatchObject([
      { boots: 3 * PAGE_BOOTS, accepted: 6 * PAGE_BOOTS, closed: [] },
    ]);
    station = topic.restored();
    for (let id = 1; id <= boots; id++) expect(station.accept(press(id, 2), "turnstile")).toEqual([]);
    topic.write(station);
    // What comes twice changes no page, and is counted.
    expect(topic.pages.size).toBe(3);
    expect(topic.state?.older?.[0]?.duplicates).toBe(6 * PAGE_BOOTS);
    // A reading that is late by hundreds of boots is new, once.
    expect(station.accept(press(7, 3), "turnstile")).toMatchObject([{ seq: 3 }]);
    expect(station.accept(press(7, 3), "turnstile")).toEqual([]);
    topic.write(station);
    station = topic.restored();
    expect(station.accept(press(7, 3), "turnstile")).toEqual([]);
    expect(station.accept(press(8, 4, 4), "turnstile")).toHaveLength(1);
    topic.write(station);
    expect(topic.state?.entries).toBe(2 * boots + 2);
  });

  test("whatever the order of boots and restarts, each reading is counted once", () => {
    const deeds = fc.array(
      fc.record({
        from: fc.nat(1_000),
        boots: fc.integer({ min: 1, max: 200 }),
        upTo: fc.integer({ min: 1, max: 3 }),
        again: fc.boolean(),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(deeds, (list) => {
        const topic = new StateTopic();
        let station = new StationCounts(40380);
        const seen = new Set<string>();
        for (const { from, boots, upTo, again } of list) {
          for (let id = from + 1; id <= from + boots; id++) {
            const fresh = station.accept(press(id, upTo), "turnstile").map(({ seq }) => `${id};${seq}`);
            const expected = Array.from({ length: upTo }, (_, i) => `${id};${i + 1}`).filter(
              (each) => !seen.has(each),
            );
            expect(fresh).toEqual(expected);
            for (const each of fresh) seen.add(each);
          }
          topic.write(station);
          if (again) station = topic.restored();
        }
        expect(topic.state?.entries ?? 0).toBe(seen.size);
      }),
      { seed: 7, numRuns: 25 },
    );
  });

  test("a device that replaces another, with boots that count from below, is new to the reading", () => {
    const topic = new StateTopic();
    const station = new StationCounts(40380);
    for (let id = 5_000; id < 6_000; id++) station.accept(press(id), "turnstile");
    topic.write(station);
    for (let id = 3; id < 1_000; id++) expect(station.accept(press(id), "turnstile")).toHaveLength(1);
    topic.write(station);
    expect(topic.state?.entries).toBe(1_997);
  });

  test(`of ${BOOTS.toLocaleString("en")} boots of one device what is kept and written stays small, and nothing is miscounted`, () => {
    const topic = new StateTopic();
    let station = new StationCounts(40380);
    // Those of the device that it replaced, whose clock was right.
    for (let id = 1; id <= REPLACED; id++) station.accept(press(2 ** 40 + id), "turnstile");
    for (let id = 1; id <= BOOTS; id++) {
      station.accept(press(id), "turnstile");
      if (id % 256 === 0) topic.write(station);
    }
    topic.write(station);
    expect(topic.state?.entries).toBe(REPLACED + BOOTS);
    expect(topic.pages.size).toBe(MAX_PAGES);
    expect(topic.largest).toBeLessThan(16 * 1024);
    // Each boot is written as a recent one some times, and in one page: work does not grow with history.
    expect(topic.bytes / BOOTS).toBeLessThan(100);
    expect([...topic.pages.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(
      2 * 1024 * 1024,
    );
    station = topic.restored();
    expect(station.kept).toMatchObject({ pages: MAX_PAGES });
    expect(station.accept(press(BOOTS - MAX_PAGES * PAGE_BOOTS), "turnstile")).toEqual([]);
    // Of what is older only the sum is known: it is refused by name, and neither counted nor dropped as if it had been.
    expect(() => station.accept(press(1, 2), "turnstile")).toThrow(
      expect.objectContaining({ code: "BOOT_CLOSED" }),
    );
    expect(station.accept(press(BOOTS + 1), "turnstile")).toHaveLength(1);
    station.check();
  });

  test("a record of before, with all its boots in one, becomes small with the next transaction", () => {
    const boots = Array.from({ length: 50_000 }, (_, i) => ({
      ...{ device_id: "40380-T1", boot_id: i + 1, duplicates: 0, total: 1, lost: [] },
      ranges: [{ from: 1, to: 1 }],
    }));
    const topic = new StateTopic();
    const station = StationCounts.restored({
      station_id: 40380,
      arrivals: 0,
      entries: 50_000,
      service_time: 0,
      boots,
    });
    station.accept(press(50_001), "turnstile");
    topic.write(station);
    expect(topic.largest).toBeLessThan(16 * 1024);
    expect(topic.state?.entries).toBe(50_001);
    expect(topic.restored().accept(press(1), "turnstile")).toEqual([]);
  });
});

test("a boot in 10,000 pieces is counted as any other; beyond the limit a piece more is refused by name, a reading that fills a gap is not", () => {
  const topic = new StateTopic();
  const station = new StationCounts(40380);
  const piece = (n: number) => run("40380-T1", 1, 2 * n, 2 * n);
  for (let n = 1; n <= MAX_RANGES; n++) expect(station.accept(piece(n), "turnstile")).toHaveLength(1);
  topic.write(station);
  expect(topic.largest).toBeLessThan(256 * 1024);
  expect(() => station.accept(piece(MAX_RANGES + 1), "turnstile")).toThrow(
    expect.objectContaining({ code: "BOOT_SCATTERED" }),
  );
  expect(topic.restored().accept(piece(77), "turnstile")).toEqual([]);
  expect(station.accept(run("40380-T1", 1, 3, 3), "turnstile")).toHaveLength(1);
  expect(station.accept(piece(MAX_RANGES + 1), "turnstile")).toHaveLength(1);
  topic.write(station);
  expect(topic.state?.entries).toBe(MAX_RANGES + 2);
});

test("many scattered boots of one station: its record stays what Kafka takes, and the next boot has a place", () => {
  const topic = new StateTopic();
  const station = new StationCounts(40380);
  const devices = Array.from({ length: 99 }, (_, i) => `40380-T${i + 1}`);
  let counted = 0;
  let refused = 0;
  for (let boot = 1; boot <= 2; boot++) {
    for (const [at, deviceId] of devices.entries()) {
      for (let n = 1; n <= 300; n++) {
        const piece = run(deviceId, boot, 2 ** 40 + 2 * n, 2 ** 40 + 2 * n);
        try {
          counted += station.accept(piece, "turnstile").length;
          if (n % 7 === 0) station.lose(run(deviceId, boot, 2 * n, 2 * n), "turnstile");
        } catch (error) {
          if (!isCoded(error, "BOOT_SCATTERED") || n === 1) throw error;
          refused += 1;
        }
      }
      if (at % 25 === 0) topic.write(station);
    }
  }
  topic.write(station);
  expect(refused).toBeGreaterThan(0);
  expect(topic.largest).toBeLessThan(1024 * 1024 - 1024);
  expect([...topic.pages.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(
    9 * 1024 * 1024,
  );
  expect(topic.state?.entries).toBe(counted);
  const restored = topic.restored();
  expect(restored.accept(run("40380-T99", 2, 2 ** 40 + 2, 2 ** 40 + 2), "turnstile")).toEqual([]);
  expect(restored.accept(run("40380-T99", 3, 1, 9), "turnstile")).toHaveLength(9);
  expect(MAX_PIECES).toBeGreaterThan(10_000);
});
