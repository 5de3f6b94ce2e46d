import { expect, test } from "vitest";
import { shortest } from "./shrink.ts";

const all = Array.from({ length: 12 }, (_, n) => n);

test.each([
  [[], "nothing is needed"],
  [[7], "one is needed"],
  [[2, 9], "two far apart"],
  [[0, 1, 11], "three"],
  [all, "all of them"],
])("%j: %s", async (needed) => {
  let tries = 0;
  const found = await shortest(all, async (part) => {
    tries++;
    return needed.every((n) => part.includes(n));
  });
  expect(found).toEqual(needed);
  expect(tries).toBeLessThan(150);
});
