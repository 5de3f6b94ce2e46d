import { expect, test } from "vitest";
import { FLEET_LIMITS } from "../../schemas/fleet.ts";
import { fleetEvent } from "../../schemas/testing/fleet-events.ts";
import { parseEvents, takenMediaType } from "./parse.ts";
import { EventRefusal } from "./refusal.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const GOOD = fleetEvent({ boot: 7, speed: 30.5, metadata: { model: "bus", doors: 3 } });

const parse = (
  body: unknown,
  type: "application/json" | "application/x-www-form-urlencoded" = "application/json",
) =>
  parseEvents(
    Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    type,
    NOW,
  );

/** The status and the text that a body is refused with. */
function refused(body: unknown): string {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof Error && "status" in error) return `${error.status} ${error.message}`;
    throw error;
  }
  return "taken";
}

test("an event is taken as it is, and boot and metadata may be left out", () => {
  expect(parse(GOOD)).toEqual([GOOD]);
  const { boot: _boot, metadata: _metadata, ...short } = GOOD;
  expect(parse(short)).toEqual([{ ...short, boot: 0, metadata: {} }]);
});

test.each([
  ["no JSON", "{", "400 the body is not JSON"],
  ["nothing", "", "400 the body is not JSON"],
  ["no object", '"text"', "400"],
  ["null", "null", "400"],
  ["a missing field", { ...GOOD, lat: undefined }, "400 lat"],
  ["an extra field", { ...GOOD, driver: "x" }, "400"],
  ["a wrong type", { ...GOOD, speed: "30" }, "400 speed"],
  ["out of range", { ...GOOD, lat: 91 }, "400 lat"],
  ["a heading of 360", { ...GOOD, heading: 360 }, "400 heading"],
  ["an infinite number", JSON.stringify(GOOD).replace("30.5", "1e400"), "400 speed"],
  [
    "a sequence beyond 2^53",
    JSON.stringify({ ...GOOD, sequence: 0 }).replace('ce":0', 'ce":9007199254740993'),
    "400 sequence",
  ],
  ["metadata beyond 2^53", { ...GOOD, metadata: { n: 2 ** 60 } }, "400 metadata.n"],
  ["a nested metadata", { ...GOOD, metadata: { n: { a: 1 } } }, "400 metadata.n"],
  ["a NUL", { ...GOOD, metadata: { note: "a\0b" } }, "400 metadata.note"],
  ["a NUL in a name", { ...GOOD, metadata: { "a\0b": 1 } }, "400 metadata"],
  ["half a surrogate pair", JSON.stringify(GOOD).replace('"bus"', '"\\ud800"'), "400 metadata.model"],
  ["broken UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "400 the body is not UTF-8"],
  ["SQL as an id", { ...GOOD, vehicle_id: "'; DROP TABLE diag; --" }, "400 vehicle_id"],
  ["a time in the future", { ...GOOD, time: "2026-01-01T12:05:01Z" }, "400 time: is ahead"],
  ["a clock that was never set", { ...GOOD, time: "1970-01-01T00:00:00Z" }, "400 time"],
  ["an offset beyond 15:59", { ...GOOD, time: "2026-01-01T12:00:00+16:00" }, "400 time: its offset"],
  ["an offset beyond -15:59", { ...GOOD, time: "2026-01-01T01:00:00-23:00" }, "400 time: its offset"],
  [
    "a fraction of 200 digits",
    { ...GOOD, time: `2026-01-01T12:00:00.${"1".repeat(200)}Z` },
    "400 time: at most 64 characters",
  ],
  ["a time without seconds", { ...GOOD, time: "2026-01-01T12:00Z" }, "400 time: give a date, a time with"],
  [
    "metadata that a record would leave out",
    JSON.stringify(GOOD).replace('"model"', '"__proto__"'),
    "400 metadata: an entry cannot be called __proto__",
  ],
  ["a day that is none", { ...GOOD, time: "2025-02-30T00:00:00Z" }, "400 time"],
  ["an event of 65 KiB", { ...GOOD, metadata: { note: "x".repeat(FLEET_LIMITS.eventBytes) } }, "413"],
  ["501 events", Array.from({ length: 501 }, () => 1), "413"],
])("refused with what is wrong: %s", (_, body, expected) => {
  expect(refused(body)).toContain(expected);
});

test("SQL in a text is text", () => {
  const event = { ...GOOD, metadata: { "'); DROP TABLE diag; --": "'; DELETE FROM diag; --" } };
  expect(parse(event)).toEqual([event]);
});

test("of a batch all are taken or none, and the answer says which are at fault", () => {
  const second = { ...GOOD, sequence: 2 };
  expect(parse([GOOD, second])).toEqual([GOOD, second]);
  expect(parse([])).toEqual([]);
  try {
    parse([GOOD, { ...GOOD, sequence: 0 }, 5]);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(EventRefusal);
    expect((error as EventRefusal).body.events?.map(({ index }) => index)).toEqual([1, 2]);
  }
});

test("a form is the same event", () => {
  const { metadata: _, ...fields } = GOOD;
  const form = new URLSearchParams({
    ...Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, `${v}`])),
  });
  form.set("metadata.model", "bus");
  expect(parse(form.toString(), "application/x-www-form-urlencoded")).toEqual([
    { ...GOOD, metadata: { model: "bus" } },
  ]);
  form.append("lat", "1");
  expect(() => parse(form.toString(), "application/x-www-form-urlencoded")).toThrow("lat is given twice");
});

test("what is neither JSON nor a form is not taken", () => {
  expect(takenMediaType("Application/JSON; charset=utf-8")).toBe("application/json");
  for (const type of [undefined, "text/plain", "multipart/form-data; boundary=x"]) {
    expect(() => takenMediaType(type)).toThrow(EventRefusal);
  }
});
