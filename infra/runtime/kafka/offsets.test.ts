import { expect, test } from "vitest";
import { InputOffsets } from "./offsets.ts";
import { type InRecord, OFFSET_KEY } from "./ports.ts";

const record = (key: string | null, value: string | null): InRecord => ({
  topic: "state",
  partition: 0,
  offset: 0,
  timestamp: 0,
  key: key === null ? null : Buffer.from(key, "latin1"),
  value: value === null ? null : Buffer.from(value),
  headers: {},
});

test("what advance writes, restore reads back", () => {
  const written = new InputOffsets(["in"]).advance("in", 42, "state");
  expect(written).toMatchObject({ topic: "state", value: Buffer.from("42") });
  const offsets = new InputOffsets(["in"]);
  expect(offsets.restore({ ...record(null, null), key: written.key, value: written.value })).toBe(true);
  expect(offsets.next("in")).toBe(42);
});

test("a task's own records are left to it", () => {
  const offsets = new InputOffsets(["in"]);
  expect(offsets.restore(record("\0\0\0\0\u0001", "1"))).toBe(false);
  expect(offsets.restore(record(null, "1"))).toBe(false);
});

test("another input's offset and rubbish are the loop's own, and ignored", () => {
  const offsets = new InputOffsets(["in"]);
  expect(offsets.restore(record(`${OFFSET_KEY}other`, "5"))).toBe(true);
  expect(offsets.restore(record(`${OFFSET_KEY}in`, "x"))).toBe(true);
  expect(offsets.restore(record(`${OFFSET_KEY}in`, null))).toBe(true);
  expect(offsets.next("in")).toBeUndefined();
});
