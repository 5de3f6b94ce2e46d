import { expect, test } from "vitest";
import { FanOut, matches } from "./fan-out.ts";

/** From MQTT 3.1.1, 4.7.1. */
const CASES = [
  ["a/b", "a/b", true],
  ["a/b", "a/c", false],
  ["a/+", "a/b", true],
  ["a/+", "a", false],
  ["a/+", "a/b/c", false],
  ["+/b", "a/b", true],
  ["+", "/a", false],
  ["/+", "/a", true],
  ["+/+", "/a", true],
  ["a/#", "a/b/c", true],
  ["a/#", "a", true],
  ["a/#", "ab", false],
  ["#", "a/b", true],
  ["a/+/c/#", "a/b/c", true],
] as const;

test.each(CASES)("%s against %s: %s", (filter, topic, expected) => {
  expect(matches(filter.split("/"), topic.split("/"))).toBe(expected);
  expect(new FanOut().on(filter, () => {}).hears(topic)).toBe(expected);
});

test("a message reaches exact and wildcard subscribers, and none that left", () => {
  const fanOut = new FanOut();
  const seen: string[] = [];
  const gone = (): void => void seen.push("gone");
  fanOut.on("a/b", () => seen.push("exact"));
  fanOut.on("a/#", () => seen.push("wildcard"));
  for (const filter of ["a/b", "a/+"]) {
    fanOut.on(filter, gone);
    fanOut.removeListener(filter, gone);
  }
  fanOut.emit({ topic: "a/b" }, () => seen.push("done"));
  fanOut.emit({ topic: "a/c" });
  expect(seen).toEqual(["exact", "wildcard", "done", "wildcard"]);
});

test("a publisher does not wait for a subscriber that never takes the message", () => {
  const fanOut = new FanOut();
  fanOut.on("#", () => {});
  let done = false;
  fanOut.emit({ topic: "a" }, () => {
    done = true;
  });
  expect(done).toBe(true);
});
