import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { browserBench } from "./browser-bench.ts";

const WIDTHS = [360, 768, 1440];

const bench = browserBench();
const { open } = bench;

async function visit(address: string, width = 1440): Promise<Page> {
  const context = await bench.browser.newContext({ viewport: { width, height: 900 } });
  open.push(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** Google's threshold for a good page is 0.1 (web.dev/cls); what is left here is text that grows within its place. */
const STEADY = 0.02;

test("nothing in sight moves when data comes in", async () => {
  const city = await readyCity();
  city.press(40380, 1_200);
  city.arrive("RL001", 41400, "red", "a");
  const dashboard = await serve(city, { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  const shifts: Record<number, number> = {};
  for (const width of WIDTHS) {
    const page = await visit("about:blank", width);
    await page.addInitScript({
      content: `window.shifted = 0;
        new PerformanceObserver((list) => { for (const { value } of list.getEntries()) window.shifted += value; })
          .observe({ type: "layout-shift", buffered: true });`,
    });
    await page.goto(dashboard.url);
    await page.waitForSelector("[data-train]");
    await page.waitForFunction(
      () => !document.querySelector(".header .weather .muted")?.textContent?.includes("no weather"),
    );
    shifts[width] = await page.evaluate(() => (window as unknown as { shifted: number }).shifted);
  }
  for (const width of WIDTHS) expect(shifts[width], `at ${width} px`).toBeLessThan(STEADY);
});

test("all of it works by keyboard: walk, open, close, search, help", async () => {
  const dashboard = await serve(await readyCity(), { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  const page = await visit(dashboard.url);
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  // The map, from end to end of a line's branch; then strips, which the page remembers.
  await page.locator('.map-station[href="#/station/40890"]').focus();
  await page.keyboard.press("ArrowRight");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe("#/station/40820");
  await page.getByRole("button", { name: "Strips" }).click();
  await page.reload();
  await page.locator(".stop a").first().focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(focused).toContain("Jarvis");
  await page.keyboard.press("ArrowDown");
  expect(await page.evaluate(() => document.activeElement?.closest("section")?.className)).toContain(
    "line-blue",
  );
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("#sheet-name").textContent()).toBe("O'Hare");
  // The sheet takes the focus after it is drawn.
  await expect.poll(focused).toBe("O'Hare");
  await page.keyboard.press("Escape");
  await expect.poll(focused).toContain("O'Hare");
  await expect.poll(() => page.locator("#sheet-name").count()).toBe(0);
  await page.keyboard.press("/");
  await page.keyboard.type("rosevelt");
  await expect.poll(() => page.locator(".stations tbody tr").count()).toBe(1);
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("#sheet-name").textContent()).toBe("Roosevelt");
  await page.keyboard.press("Escape");
  await page.locator("body").click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("?");
  await expect.poll(() => page.locator("dialog[open]").count()).toBe(1);
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator("dialog[open]").count()).toBe(0);
});
