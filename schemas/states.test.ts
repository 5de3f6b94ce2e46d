import { expect, test } from "vitest";
import { compareOrder, WILL_N } from "./states.ts";

test("a will is the last word of its connection and older than anything of the next", () => {
  const will = { agentBoot: 7, connection: 1, n: WILL_N };
  expect(compareOrder({ agentBoot: 7, connection: 1, n: 900 }, will)).toBeLessThan(0);
  expect(compareOrder({ agentBoot: 7, connection: 2, n: 1 }, will)).toBeGreaterThan(0);
  expect(compareOrder({ agentBoot: 8, connection: 1, n: 1 }, will)).toBeGreaterThan(0);
  expect(compareOrder(will, { ...will })).toBe(0);
});
