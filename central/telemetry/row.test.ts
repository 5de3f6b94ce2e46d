import { expect, test } from "vitest";
import { fleetRecord } from "../../schemas/testing/fleet-events.ts";
import { isRowFault } from "./insert.ts";
import { decodeRow } from "./row.ts";

const record = (value: Buffer | null) => ({
  topic: "fleet.telemetry",
  partition: 0,
  offset: 5,
  timestamp: 0,
  key: null,
  value,
  headers: {},
});

const ROW = fleetRecord({ sequence: 2, metadata: { model: "bus" } });

test("what the gateway wrote is a row", () => {
  expect(decodeRow(record(Buffer.from(JSON.stringify(ROW))))).toMatchObject({ row: ROW });
});

test.each([
  ["nothing", null],
  ["no JSON", Buffer.from("{")],
  ["broken UTF-8", Buffer.from([0x22, 0xff, 0x22])],
  ["another shape", Buffer.from("{}")],
  ["a NUL in a text", Buffer.from(JSON.stringify({ ...ROW, metadata: { note: "\0" } }))],
])("%s is none, and says why", (_, value) => {
  expect(decodeRow(record(value))).toMatchObject({ error: { code: "TELEMETRY_INVALID", retryable: false } });
});

test("only what a row holds is a row's fault", () => {
  const failure = (code: string) => Object.assign(new Error("sql"), { code });
  expect(["22P05", "23514", "54000"].map((code) => isRowFault(failure(code)))).toEqual([true, true, true]);
  expect(["57P01", "53100", "42P01", "ECONNREFUSED"].some((code) => isRowFault(failure(code)))).toBe(false);
});
