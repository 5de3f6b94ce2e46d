import { expect, test } from "vitest";
import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import { NewestStates } from "./newest-states.ts";

function said(key: string, offset: number): InRecord {
  const place = { topic: "devices", partition: 0, offset, timestamp: offset };
  return { ...place, key: Buffer.from(key), value: null, headers: {} };
}

test("of each device the last two words are kept, in their order, and taken once", () => {
  const states = new NewestStates();
  for (const [key, offset] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
    ["a", 4],
  ] as const)
    states.put(said(key, offset));
  expect(states.take().map(({ offset }) => offset)).toEqual([3, 4, 2]);
  expect(states.take()).toEqual([]);
});
