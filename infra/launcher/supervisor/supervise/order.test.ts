import { describe, expect, test } from "vitest";
import { checkOrder, choose } from "./order.ts";
import type { PartSpec } from "./part.ts";

const part = (name: string, needs: string[] = [], feeds: string[] = []): PartSpec => ({
  name,
  kind: "service",
  needs,
  feeds,
});
const PARTS = [
  part("kafka"),
  part("topics", ["kafka"]),
  part("gateway", ["topics"]),
  part("edge", [], ["gateway"]),
];
const names = (parts: readonly PartSpec[]): string[] => parts.map((each) => each.name);

describe("choosing parts", () => {
  test("all of them, in their own order, when nothing is named", () => {
    expect(names(choose(PARTS, null, []))).toEqual(["kafka", "topics", "gateway", "edge"]);
  });

  test("those named bring what they need, but not what they feed", () => {
    expect(names(choose(PARTS, ["gateway"], []))).toEqual(["kafka", "topics", "gateway"]);
    expect(names(choose(PARTS, ["edge"], []))).toEqual(["edge"]);
    expect(names(choose(PARTS, [], []))).toEqual([]);
  });

  test("those not wanted are out, even when others need them", () => {
    expect(names(choose(PARTS, ["gateway"], ["kafka"]))).toEqual(["topics", "gateway"]);
  });

  test("a name that is no part is refused with the nearest one and those there are", () => {
    const refused = (name: string) => expect(() => choose(PARTS, null, [name]));
    refused("kafak").toThrow(/no part "kafak": did you mean kafka\? .*kafka, topics, gateway, edge$/);
    refused("zebra").toThrow(/no part "zebra": choose from kafka, topics/);
  });
});

describe("checking the order", () => {
  test("parts that wait for each other in a circle are refused, with the circle", () => {
    expect(() => checkOrder([part("a", ["b"]), part("b", [], ["a"])])).toThrow(/a → b → a/);
  });

  test("two parts of one name are refused", () => {
    expect(() => checkOrder([part("a"), part("a")])).toThrow(/one name/);
  });
});
