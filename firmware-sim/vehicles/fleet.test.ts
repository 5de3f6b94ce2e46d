import { expect, test } from "vitest";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { checkFleetEvent, type FleetEvent } from "../../schemas/fleet.ts";
import { Fleet } from "./fleet.ts";

test("each vehicle numbers its events without a gap, and every event can be taken", async () => {
  const clock = new ManualClock();
  const events: FleetEvent[] = [];
  const fleet = new Fleet({
    vehicles: 3,
    intervalMs: 1_000,
    seed: 8,
    clock,
    logger: silentLogger,
    async post(some) {
      events.push(...some);
      return { kind: "taken" };
    },
  });
  fleet.start();
  for (let second = 0; second < 20; second++) {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await fleet.stop();
  for (const vehicle of ["V-001", "V-002", "V-003"]) {
    const own = events.filter((event) => event.vehicle_id === vehicle);
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, n) => n + 1));
    expect(own.length).toBeGreaterThanOrEqual(19);
  }
  for (const event of events) expect(checkFleetEvent(event, clock.now())).toEqual({ ok: true, value: event });
  expect(fleet.state()).toMatchObject({
    numbered: events.length,
    acknowledged: events.length,
    posted: events.length,
    waiting: 0,
  });
});

test("the ring fills while no event is taken, and what is refused gets no number", async () => {
  const clock = new ManualClock();
  const fleet = new Fleet({
    vehicles: 1,
    intervalMs: 1_000,
    seed: 8,
    clock,
    logger: silentLogger,
    post: () => new Promise(() => {}),
  });
  fleet.start();
  clock.advance(1_500_000);
  const { observed, numbered, waiting } = fleet.state();
  expect([numbered, waiting]).toEqual([1_000, 1_000]);
  expect(observed).toBeGreaterThan(1_400);
});
