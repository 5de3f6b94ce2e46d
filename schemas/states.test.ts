import { expect, test } from "vitest";
import { compareOrder, WILL_N } from "./states.ts";

test("a will is the last word of its connection and older than anything of the next", () => {
  const will = { agentBoot: 7, connection: 1, n: WILL_N };
  expect(compareOrder({ agentBoot: 7, connection: 1, n: 900 }, will)).toBeLessThan(0);
  expect(compareOrder({ agentBoot: 7, connection: 2, n: 1 }, will)).toBeGreaterThan(0);
  expect(compareOrder({ agentBoot: 8, connection: 1, n: 1 }, will)).toBeGreaterThan(0);
  expect(compareOrder(will, { ...will })).toBe(0);
});

test("a session that began later is newer, whatever boots and clocks say; within one only n counts", () => {
  const early = { generation: 5, agentBoot: 9_000, connection: 7, n: WILL_N };
  const late = { generation: 6, agentBoot: 1, connection: 1, n: 1 };
  expect(compareOrder(early, late)).toBeLessThan(0);
  expect(compareOrder({ ...late, n: 2 }, { ...late, agentBoot: 9_000 })).toBeGreaterThan(0);
  expect(compareOrder({ agentBoot: 9_000, connection: 9, n: 9 }, late)).toBeLessThan(0);
  expect(
    compareOrder({ ...early, generation: 0, n: 1 }, { agentBoot: 9_000, connection: 7, n: 2 }),
  ).toBeLessThan(0);
});
