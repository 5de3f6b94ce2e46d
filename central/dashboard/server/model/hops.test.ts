import { expect, test } from "vitest";
import { proofView } from "../../../../schemas/testing/proof-views.ts";
import { Delays } from "./delays.ts";
import { HopRates } from "./hop-rates.ts";

test("delays of the last ten seconds, hop by hop; clocks that disagree are counted and not averaged", () => {
  const delays = new Delays();
  for (let i = 0; i < 100; i++) {
    const device = 1_000_000 + 100 * i;
    const dedup = device + 2 + 3 + i;
    delays.reading({ service: 0, device, edge: device + 2, gateway: device + 5, dedup }, dedup + 1);
    delays.counted(dedup, dedup + 40);
  }
  const now = 1_000_000 + 10_000;
  expect(delays.view(now)).toEqual({
    serial: { p50: 2, p95: 2 },
    mqtt: { p50: 3, p95: 3 },
    kafka: { p50: 50, p95: 95 },
    ksql: { p50: 40, p95: 40 },
  });
  delays.reading({ service: 0, device: now, edge: now - 5, gateway: now, dedup: now }, now);
  expect(delays.negative).toBe(1);
  expect(delays.view(now + 60_000).serial).toEqual({ p50: null, p95: null });
});

test("each hop's rate is its own: what is stopped behind a hop does not pass it", () => {
  const rates = new HopRates();
  expect(rates.view().serial).toBeNull();
  for (let second = 0; second <= 20; second++) {
    // Ten a second are counted; from the tenth second on the gateway takes nothing.
    const devices = 10 * second;
    const published = 10 * Math.min(second, 10);
    const totals = {
      devices,
      inDevices: 0,
      inOutboxes: devices - published,
      clean: published,
      summed: published,
    };
    rates.observe(proofView({ ...totals, asOf: 1_000 * second }));
  }
  expect(rates.view()).toEqual({ serial: 10, mqtt: 0, kafka: 0, ksql: 0 });
});

test("totals that were not reported have no rate", () => {
  const rates = new HopRates();
  for (let second = 0; second <= 10; second++)
    rates.observe(proofView({ devices: null, clean: second, asOf: 1_000 * second }));
  expect(rates.view()).toMatchObject({ serial: null, mqtt: null, kafka: 1 });
});
