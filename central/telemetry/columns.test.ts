import { expect, test } from "vitest";
import type { FleetRecord } from "../../schemas/fleet.ts";
import { fleetRecord } from "../../schemas/testing/fleet-events.ts";
import { columnsOf } from "./columns.ts";

const row = (change: Partial<FleetRecord>): FleetRecord => fleetRecord({ boot: 0, speed: 0, ...change });

test("one array literal per column, texts quoted and numbers as they are", () => {
  expect(columnsOf([row({}), row({ vehicle_id: "NULL", sequence: 2 ** 53 - 1, lat: 1e-7 })])).toEqual([
    '{"V-1","NULL"}',
    "{0,0}",
    "{1,9007199254740991}",
    '{"2026-01-01T12:00:00Z","2026-01-01T12:00:00Z"}',
    "{41.88,1e-7}",
    "{-87.63,-87.63}",
    "{0,0}",
    "{90,90}",
    "{80,80}",
    '{"{}","{}"}',
    '{"2026-01-01T12:00:01.000Z","2026-01-01T12:00:01.000Z"}',
  ]);
});

test("a quote, a backslash, a brace or a comma within a text ends nothing", () => {
  const metadata = { 'a"}': "b\\,{NULL" };
  // JSON escapes once, the array literal again.
  expect(columnsOf([row({ metadata })])[9]).toBe('{"{\\"a\\\\\\"}\\":\\"b\\\\\\\\,{NULL\\"}"}');
});
