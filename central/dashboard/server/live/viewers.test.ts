import { expect, test } from "vitest";
import { ACTIVE_MS, DRAWN_WITHIN_MS, Viewers } from "./viewers.ts";

test("no page is open before one says what it drew, nor after it left", () => {
  const viewers = new Viewers();
  expect(viewers.counts(0)).toEqual({ open: 0, behind: 0 });
  viewers.sent(1, 10, 0);
  viewers.report("a", { version: 1, entries: 10 }, 0);
  expect(viewers.counts(0)).toEqual({ open: 1, behind: 0 });
  viewers.leave("a");
  expect(viewers.counts(0)).toEqual({ open: 0, behind: 0 });
});

test("a hidden page, which draws nothing, is not counted", () => {
  const viewers = new Viewers();
  viewers.sent(1, 3, 0);
  viewers.report("hidden", { version: 1, entries: 3 }, 0);
  expect(viewers.counts(ACTIVE_MS + 1)).toEqual({ open: 0, behind: 0 });
});

test("a page that drew something else than it was sent is behind until it draws right", () => {
  const viewers = new Viewers();
  viewers.sent(4, 100, 0);
  viewers.report("a", { version: 4, entries: 99 }, 0);
  viewers.report("b", { version: 4, entries: 100 }, 0);
  expect(viewers.counts(0)).toEqual({ open: 2, behind: 1 });
  viewers.report("a", { version: 4, entries: 100 }, 1);
  expect(viewers.counts(1)).toEqual({ open: 2, behind: 0 });
});

test("a page that stands still while newer versions go out is behind", () => {
  const viewers = new Viewers();
  viewers.sent(1, 10, 0);
  viewers.sent(2, 11, 100);
  viewers.report("slow", { version: 1, entries: 10 }, DRAWN_WITHIN_MS);
  expect(viewers.counts(DRAWN_WITHIN_MS + 100)).toEqual({ open: 1, behind: 0 });
  expect(viewers.counts(DRAWN_WITHIN_MS + 101)).toEqual({ open: 1, behind: 1 });
});
