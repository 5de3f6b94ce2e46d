import { expect, test } from "vitest";
import { type InRecord, OFFSET_KEY, type OutRecord } from "../ports.ts";
import { InputOffsets } from "./offsets.ts";

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
  const position = { next: 42, topicId: "0a1b" };
  const [written] = new InputOffsets(["in"]).advance("in", position, "state");
  expect(written).toMatchObject({ topic: "state", value: Buffer.from('{"v":2,"next":42,"topicId":"0a1b"}') });
  const offsets = new InputOffsets(["in"]);
  expect(offsets.restore({ ...record(null, null), ...(written as OutRecord) })).toBe(true);
  expect(offsets.position("in")).toMatchObject(position);
});

test("a position of the first format, which says nothing of its topic, is read", () => {
  const offsets = new InputOffsets(["in"]);
  offsets.restore(record(`${OFFSET_KEY}in`, "42"));
  expect(offsets.position("in")).toMatchObject({ next: 42, topicId: undefined });
});

test("one of a later version is refused, with what to do", () => {
  const later = record(`${OFFSET_KEY}in`, '{"v":3,"next":42}');
  expect(() => new InputOffsets(["in"]).restore(later)).toThrow(
    expect.objectContaining({
      code: "KAFKA_TOPIC_MISMATCH",
      message: expect.stringMatching(/later version .* run that version/),
    }),
  );
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
  expect(offsets.position("in")).toBeUndefined();
});

test("the position of a topic that is no input any more is forgotten, once", () => {
  const offsets = new InputOffsets(["in"]);
  offsets.restore(record(`${OFFSET_KEY}gone`, "5"));
  offsets.restore(record(`${OFFSET_KEY}forgotten`, "5"));
  offsets.restore(record(`${OFFSET_KEY}forgotten`, null));
  const at = { next: 1, topicId: undefined };
  expect(offsets.advance("in", at, "state").slice(1)).toMatchObject([
    { key: Buffer.from(`${OFFSET_KEY}gone`), value: null },
  ]);
  expect(offsets.advance("in", at, "state")).toHaveLength(1);
});
