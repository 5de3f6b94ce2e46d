import { expect, test } from "vitest";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { LINES, stationsOf } from "../../schemas/network/network.ts";
import { browserBench } from "./browser-bench.ts";

const bench = browserBench();
const { open } = bench;

/** What the page's scripts did to the marks of trains. */
interface Work {
  animations: number;
  placements: number;
}

/** Counts, from the page's first line on. */
const COUNT = `
  window.work = { animations: 0, placements: 0 };
  const { animate } = Element.prototype;
  Element.prototype.animate = function (...words) {
    window.work.animations++;
    return animate.apply(this, words);
  };
  new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target.classList.contains("train")) window.work.placements++;
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["style"] });
`;

test("of thirty trains each is moved by one animation a report, and no script runs in between", async () => {
  const city = await readyCity();
  const lines = LINES.map((line) => ({ line, stops: stationsOf(line) }));
  const trains = lines.flatMap(({ line, stops }) =>
    Array.from({ length: 10 }, (_, n) => ({
      id: `${line[0]?.toUpperCase()}L${String(n + 1).padStart(3, "0")}`,
      line,
      stops,
      order: 2 * n,
    })),
  );
  const report = ({ id, line, stops, order }: (typeof trains)[number], further = 0): void =>
    city.arrive(id, stops[order + further]?.id ?? 0, line, "b");
  for (const train of trains) report(train);
  const dashboard = await serve(city, { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  const context = await bench.browser.newContext({ viewport: { width: 1440, height: 900 } });
  open.push(() => context.close());
  const page = await context.newPage();
  await page.addInitScript(COUNT);
  await page.goto(dashboard.url);
  await expect.poll(() => page.locator(".map .train").count(), { timeout: 15_000 }).toBe(30);
  const work = (): Promise<Work> =>
    page.evaluate(() => ({ ...(globalThis as unknown as { readonly work: Work }).work }));
  const placeOf = async (id: string): Promise<string> =>
    page.locator(`[data-train="${id}"]`).evaluate((mark) => getComputedStyle(mark).transform);

  const [first] = trains;
  if (!first) throw new Error("no train");
  report(first, 1);
  await expect
    .poll(() => page.locator(`[data-train="${first.id}"]`).getAttribute("data-station"))
    .toBe(String(first.stops[1]?.id));
  const before = await work();
  const places = [await placeOf(first.id)];
  // It glides on by itself.
  for (let n = 0; n < 4; n++) {
    await expect.poll(() => placeOf(first.id), { timeout: 10_000 }).not.toBe(places.at(-1));
    places.push(await placeOf(first.id));
  }
  expect(await work()).toEqual(before);

  report(first, 2);
  await expect
    .poll(() => page.locator(`[data-train="${first.id}"]`).getAttribute("data-station"))
    .toBe(String(first.stops[2]?.id));
  const after = await work();
  expect(after.animations).toBe(before.animations + 1);
  // Its heading and where it ends.
  expect(after.placements - before.placements).toBeLessThanOrEqual(2);
});
