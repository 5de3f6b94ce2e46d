import { expect, test } from "vitest";
import { lastingFault } from "./lmdb-file.ts";

/** A file of which the first looks find a page out of place, and which another process writes to meanwhile, or not. */
function pages(faultyLooks: number, isWritten: boolean) {
  let looks = 0;
  return {
    get transaction() {
      return isWritten ? BigInt(looks) : 1n;
    },
    fault: () => (looks++ < faultyLooks ? "page 73 cannot be read" : null),
  };
}

test.each([
  ["a writer went on during three looks", 3, true, null],
  ["nothing was written, so the page is damaged", 3, false, "page 73 cannot be read"],
  ["a page is damaged and a writer goes on all the time", 1_000, true, "page 73 cannot be read"],
])("%s", (_, faultyLooks, isWritten, fault) => {
  expect(lastingFault(pages(faultyLooks, isWritten))).toBe(fault);
});
