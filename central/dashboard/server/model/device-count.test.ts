import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BootState } from "../../../../schemas/records.ts";
import type { DevicePositions } from "../../../../schemas/states.ts";
import { countDevice } from "./device-count.ts";

const boot = (boot_id: number, to: number, more: Partial<BootState> = {}): BootState => ({
  device_id: "40380-T1",
  boot_id,
  ranges: to === 0 ? [] : [{ from: 1, to }],
  lost: [],
  duplicates: 0,
  total: to,
  ...more,
});

const positions = (more: Partial<DevicePositions>): DevicePositions => ({
  bootId: 10,
  memoryBootId: 10,
  numbered: 0,
  happened: 0,
  stored: 0,
  published: 0,
  quarantined: 0,
  ...more,
});

describe("a device's count", () => {
  test("says where each reading waits", () => {
    const count = countDevice(positions({ numbered: 100, happened: 103, stored: 90, published: 80 }), [
      boot(10, 70),
    ]);
    expect(count).toMatchObject({
      numbered: 100,
      accepted: 70,
      inDevice: 10,
      inOutbox: 10,
      inKafka: 10,
      ringLost: 3,
    });
  });

  test("a heartbeat that is older than the count makes nothing negative", () => {
    const count = countDevice(positions({ numbered: 5, happened: 5, stored: 5, published: 4 }), [
      boot(10, 9),
    ]);
    expect(count).toMatchObject({ numbered: 9, accepted: 9, inDevice: 0, inOutbox: 0, inKafka: 0 });
  });

  test("boots of an earlier memory count with what came through of them", () => {
    const count = countDevice(positions({ numbered: 20, happened: 20, stored: 20, published: 20 }), [
      boot(3, 50, { total: 52, duplicates: 4 }),
      boot(10, 20),
    ]);
    expect(count).toMatchObject({ numbered: 70, accepted: 70, inKafka: 0, ringLost: 2, duplicates: 4 });
  });

  test("all boots of the present memory count together against its cumulative positions", () => {
    const reported = positions({
      bootId: 12,
      memoryBootId: 10,
      numbered: 30,
      happened: 30,
      stored: 30,
      published: 30,
    });
    expect(countDevice(reported, [boot(10, 10), boot(11, 10), boot(12, 8)])).toMatchObject({
      numbered: 30,
      accepted: 28,
      inKafka: 2,
    });
  });

  test("a device that replaced another with greater boots is counted for itself", () => {
    const reported = positions({
      bootId: 6,
      memoryBootId: 5,
      numbered: 9,
      happened: 9,
      stored: 9,
      published: 8,
    });
    const count = countDevice(reported, [boot(900, 50), boot(5, 4), boot(6, 3)]);
    expect(count).toMatchObject({ numbered: 59, accepted: 57, inKafka: 1, inOutbox: 1 });
  });

  test("what is known lost, and what is quarantined, waits for nothing", () => {
    const count = countDevice(
      positions({ numbered: 12, happened: 12, stored: 12, published: 10, quarantined: 2 }),
      [boot(10, 9, { lost: [{ from: 10, to: 10 }] })],
    );
    expect(count).toMatchObject({
      accepted: 9,
      lost: 1,
      quarantined: 2,
      inOutbox: 0,
      inKafka: 0,
      inDevice: 0,
    });
  });

  test("a device never heard stands with what was counted of it", () => {
    expect(countDevice(null, [boot(10, 7)])).toMatchObject({ numbered: 7, accepted: 7, inDevice: 0 });
  });

  test("whatever is reported, every reading is in exactly one place and no count is negative", () => {
    const n = fc.nat(1_000);
    const reported = fc.record({
      numbered: n,
      happened: n,
      stored: n,
      published: n,
      quarantined: n,
      memoryBootId: fc.nat(9),
    });
    const boots = fc.array(fc.tuple(fc.nat(12), n, fc.nat(20)), { maxLength: 5 });
    fc.assert(
      fc.property(fc.option(reported), boots, (t, b) => {
        const count = countDevice(
          t ? positions(t) : null,
          b.map(([id, to, lost]) =>
            boot(id, to, lost > 0 ? { lost: [{ from: to + 1, to: to + lost }] } : {}),
          ),
        );
        const { numbered, accepted, lost, quarantined, inDevice, inOutbox, inKafka, ringLost } = count;
        expect(accepted + lost + quarantined + inDevice + inOutbox + inKafka).toBe(numbered);
        expect(Math.min(quarantined, inDevice, inOutbox, inKafka, ringLost)).toBeGreaterThanOrEqual(0);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
