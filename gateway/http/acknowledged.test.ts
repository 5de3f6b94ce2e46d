import fc from "fast-check";
import { expect, test } from "vitest";
import type { FleetEvent } from "../../schemas/fleet.ts";
import { fleetEvent } from "../../schemas/testing/fleet-events.ts";
import { AcknowledgedEvents } from "./acknowledged.ts";

const event = (sequence: number, change: Partial<FleetEvent> = {}): FleetEvent =>
  fleetEvent({
    sequence,
    time: "2026-01-01T12:00:00.123Z",
    metadata: { model: "bus", doors: 3 },
    ...change,
  });

/** Is `second` known to be another event than `first`? */
function conflicting(first: FleetEvent, second: FleetEvent): boolean {
  const memory = new AcknowledgedEvents();
  memory.compare([first]).acknowledged();
  return memory.compare([second]).conflicts.length > 0;
}

test.each<[string, Partial<FleetEvent>]>([
  ["another time", { time: "2026-01-01T12:00:00.124Z" }],
  ["another place", { lat: 41.880001 }],
  ["another place, mirrored", { lat: -87.63, lon: 41.88 }],
  ["another battery", { battery: 79 }],
  ["another metadata", { metadata: { model: "bus", doors: "3" } }],
  ["metadata that is gone", { metadata: {} }],
])("%s is another event", (_, change) => {
  expect(conflicting(event(1), event(1, change))).toBe(true);
  expect(conflicting(event(1), event(2, change))).toBe(false);
});

test.each<[string, Partial<FleetEvent>]>([
  ["in another zone", { time: "2026-01-01T06:00:00.123-06:00" }],
  ["with its metadata in another order", { metadata: { doors: 3, model: "bus" } }],
  ["with zeros behind", { time: "2026-01-01T12:00:00.123000Z" }],
])("%s it is the same event", (_, change) => {
  expect(conflicting(event(1), event(1, change))).toBe(false);
});

test("the oldest are forgotten: then it says nothing, and the writer has the last word", () => {
  const memory = new AcknowledgedEvents(10);
  for (let sequence = 1; sequence <= 11; sequence++) memory.compare([event(sequence)]).acknowledged();
  const known = (sequence: number) => memory.compare([event(sequence, { lat: 1 })]).conflicts.length > 0;
  expect([known(1), known(6), known(11)]).toEqual([false, true, true]);
});

test("among 20,000 different events of one identity no two pass for the same", () => {
  const contents = fc.sample(
    fc.record({ lat: fc.double({ min: -90, max: 90, noNaN: true }), speed: fc.integer({ min: 0, max: 9 }) }),
    { seed: 14, numRuns: 20_000 },
  );
  const different = new Map(contents.map((content) => [JSON.stringify(content), content]));
  const base = event(1, { lat: 0.5, speed: 100 });
  const memory = new AcknowledgedEvents();
  memory.compare([base]).acknowledged();
  const missed = [...different.values()].filter(
    (content) => memory.compare([event(1, content)]).conflicts.length === 0,
  );
  expect(missed).toEqual([]);
});
