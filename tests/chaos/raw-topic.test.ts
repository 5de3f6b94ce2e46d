import { expect, test } from "vitest";
import { explained, type Unread } from "./raw-topic.ts";

const unread = (id: string, partition: number, offset: number, more: Partial<Unread> = {}): Unread => ({
  ...{ id, kind: "unread", hop: "raw", resolved: null, evidence: [{ topic: "raw", partition, offset }] },
  ...more,
});
const ENDS = new Map([
  [0, 10],
  [1, 7],
]);

test("one deletion explains that it is not known what each partition held from an offset on", () => {
  expect(explained([unread("a", 0, 10), unread("b", 1, 3)], "raw", [ENDS])).toEqual(["a", "b"]);
});

test("it explains no second one of a partition, and none behind the end that the topic had", () => {
  expect(explained([unread("a", 0, 10), unread("b", 0, 4)], "raw", [ENDS])).toEqual(["a"]);
  expect(explained([unread("a", 1, 8)], "raw", [ENDS])).toEqual([]);
  expect(explained([unread("a", 0, 10)], "raw", [])).toEqual([]);
  expect(explained([unread("a", 0, 10), unread("b", 0, 4)], "raw", [ENDS, ENDS])).toEqual(["a", "b"]);
  expect(explained([unread("a", 0, 4), unread("b", 0, 10, { resolved: {} })], "raw", [ENDS])).toEqual([]);
});

test("a loss, another topic and what is resolved already stay as they are", () => {
  const other = { evidence: [{ topic: "clean", partition: 0, offset: 1 }] };
  const findings = [
    unread("a", 0, 1, { kind: "lost" }),
    unread("b", 0, 1, other),
    unread("c", 0, 1, { resolved: {} }),
    unread("d", 0, 1, { hop: "dedup" }),
  ];
  expect(explained(findings, "raw", [ENDS])).toEqual([]);
});
