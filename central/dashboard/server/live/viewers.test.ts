import { describe, expect, test } from "vitest";
import { ACTIVE_MS, Viewers } from "./viewers.ts";

describe("viewers", () => {
  test("no page shows nothing, which is not zero", () => {
    expect(new Viewers().shown(0)).toBeNull();
  });

  test("shown is what the page furthest behind has drawn", () => {
    const viewers = new Viewers();
    viewers.report("a", { version: 1, entries: 10 }, 0);
    viewers.report("b", { version: 1, entries: 8 }, 0);
    expect(viewers.shown(0)).toBe(8);
    viewers.leave("b");
    expect(viewers.shown(0)).toBe(10);
  });

  test("a hidden page, which draws nothing, is not waited for", () => {
    const viewers = new Viewers();
    viewers.report("hidden", { version: 1, entries: 3 }, 0);
    viewers.report("open", { version: 2, entries: 10 }, ACTIVE_MS);
    expect(viewers.shown(ACTIVE_MS + 1)).toBe(10);
  });

  test("a page that drew something else than it was sent is named until it draws right", () => {
    const viewers = new Viewers();
    viewers.sent(4, 100);
    viewers.report("a", { version: 4, entries: 99 }, 0);
    expect(viewers.violations(0)).toHaveLength(1);
    viewers.sent(5, 101);
    viewers.report("a", { version: 5, entries: 101 }, 1);
    expect(viewers.violations(1)).toEqual([]);
  });
});
