import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { browserBench } from "./browser-bench.ts";

const bench = browserBench();
const { open } = bench;

/** The page where there is room for the map. */
async function opened(url: string): Promise<Page> {
  const page = await bench.browser.newPage({ viewport: { width: 1440, height: 900 } });
  open.push(() => page.close());
  await page.goto(url);
  return page;
}

test("vehicles drive on the map, are listed, and one that fell silent is marked", async () => {
  const city = await readyCity();
  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
  city.drive("V-001", { lat: 41.89, lon: -87.66, heading: 0, speed: 31.4 });
  city.drive("V-002", { time: ago(60_000), received: ago(60_000), heading: 180 });
  const dashboard = await serve(city, { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  const page = await opened(dashboard.url);

  const mark = (id: string) => page.locator(`[data-vehicle="${id}"]`);
  const row = (id: string) => page.locator(".vehicles tr", { hasText: id });
  await page.getByRole("tab", { name: "Vehicles" }).click();
  const place = async (): Promise<string | null> => mark("V-001").getAttribute("transform");
  await expect.poll(() => row("V-001").textContent(), { timeout: 15_000 }).toMatch(/^V-00131N80 %\d+ s ago$/);
  expect(await row("V-002").textContent()).toMatch(/S80 %6\d s ago$/);
  expect(await mark("V-001").getAttribute("data-stale")).toBe("false");
  expect(await mark("V-002").getAttribute("data-stale")).toBe("true");
  expect(await mark("V-002").textContent()).toMatch(/V-002, 6\d s ago/);

  const before = await place();
  city.drive("V-001", { lat: 41.88, lon: -87.66, heading: 90 });
  await expect.poll(place, { timeout: 15_000 }).not.toBe(before);
  expect(await mark("V-001").locator("path").getAttribute("transform")).toBe("rotate(90)");
  await expect
    .poll(() => page.locator(".fleet-rate").textContent(), { timeout: 15_000 })
    .toMatch(/\d rows\/s, 0 wait/);

  // One table at a time, by arrows too; a search is for stations.
  expect(await page.locator('.stations [href="#/station/40380"]').count()).toBe(0);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.locator(".vehicles").count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("stations");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => page.locator(".vehicles").count()).toBe(1);
  await page.keyboard.press("/");
  await expect.poll(() => page.locator(".stations tbody tr").count()).toBe(92);
});

test("a vehicle whose clock is wrong drives on; one whose events the database refuses stays, with the reason", async () => {
  const city = await readyCity();
  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
  city.drive("V-001", { time: ago(3_600_000) });
  city.drive("V-002");
  const dashboard = await serve(city, { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  const page = await opened(dashboard.url);
  const row = (id: string) => page.locator(".vehicles tr", { hasText: id });
  await page.getByRole("tab", { name: "Vehicles" }).click();
  await expect.poll(() => row("V-001").textContent(), { timeout: 15_000 }).toMatch(/%\d+ s ago60 min old$/);
  expect(await row("V-001").getAttribute("data-stale")).toBe("false");

  const drawn = () => page.locator('[data-vehicle="V-002"]').getAttribute("transform");
  const before = await drawn();
  city.driveInVain("V-002", { lat: 41.95 });
  await expect
    .poll(() => page.locator(".vehicles .refused").allTextContents(), { timeout: 15_000 })
    .toEqual([expect.stringMatching(/^V-002: 1 event not stored, .*new boot\.$/)]);
  expect(await drawn()).toBe(before);
});

test("without vehicles the page says nothing of them", async () => {
  const city = await readyCity();
  city.press(40380, 5);
  const dashboard = await serve(city, { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  const page = await bench.browser.newPage();
  open.push(() => page.close());
  await page.goto(dashboard.url);
  await expect
    .poll(() => page.locator("[data-drawn-version]").textContent(), { timeout: 15_000 })
    .toContain("5");
  expect(await page.getByText(/vehicle/i).count()).toBe(0);
});
