import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { serve } from "../../central/dashboard/server/testing/served.ts";
import { browserBench } from "./browser-bench.ts";
import { BusyChicago } from "./busy-chicago.ts";

const bench = browserBench();
const { open } = bench;

/** A busy morning of two minutes, which stands still now. */
async function morning(): Promise<{ readonly url: string; readonly now: number }> {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const { city } = await BusyChicago.at(now);
  const dashboard = await serve(city, { webRoot: bench.webRoot, audited: false });
  open.push(() => dashboard.stop());
  return { url: dashboard.url, now };
}

async function visit(address: string, width = 1440): Promise<Page> {
  const context = await bench.browser.newContext({
    viewport: { width, height: 900 },
    timezoneId: "America/Chicago",
  });
  open.push(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

const second = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const wall = (at: number): string =>
  new Date(at).toLocaleTimeString("en-US", {
    ...{ timeZone: "America/Chicago", hourCycle: "h23" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
const drawn = async (page: Page): Promise<number> =>
  Number((await page.locator("[data-drawn-version]").textContent())?.replace(/\D/g, ""));
const isPast = (page: Page) => page.locator(".page").getAttribute("data-past");
const moment = (page: Page) => page.locator(".past-time").textContent();

/** The sum of all stations, as programs are told it. */
async function entries(url: string, at?: number): Promise<number> {
  const answer = await fetch(`${url}/api/v1/stations${at === undefined ? "" : `?at=${second(at)}`}`);
  const stations = (await answer.json()) as readonly { readonly entries: number | null }[];
  return stations.reduce((sum, station) => sum + (station.entries ?? 0), 0);
}

test("a link to a moment shows it, marked; it plays on; and the way back leads to a present that went on unseen", async () => {
  const { url, now } = await morning();
  const at = now - 50_000;
  const page = await visit("about:blank");
  const sockets: string[] = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto(`${url}/?at=${second(at)}`);
  await expect.poll(() => isPast(page), { timeout: 15_000 }).toBe("true");
  expect(await moment(page)).toBe(wall(at));
  await expect.poll(() => page.title()).toBe(`${wall(at)} replay – Elevated`);
  const then = await entries(url, at);
  expect(then).toBeGreaterThan(100);
  expect(then).toBeLessThan(await entries(url));
  await expect.poll(() => drawn(page)).toBe(then);
  expect(await page.locator("[data-train]").count()).toBeGreaterThan(20);
  await expect
    .poll(() => page.locator(".recount").textContent(), { timeout: 15_000 })
    .toMatch(/Counted again from the records\..*each once and in order, and none missing/);

  // On its slider: a minute back, and play.
  await page.getByRole("slider", { name: "Moment" }).focus();
  await page.keyboard.press("PageDown");
  await expect.poll(() => moment(page)).toBe(wall(at - 60_000));
  await page.keyboard.press("PageUp");
  await expect.poll(() => drawn(page)).toBe(then);
  await page.getByRole("button", { name: "10×" }).click();
  await page.getByRole("button", { name: "Play" }).click();
  await expect.poll(() => drawn(page), { timeout: 15_000 }).toBeGreaterThan(then + 100);
  await page.getByRole("button", { name: "Pause" }).click();
  const reached = new URL(page.url()).searchParams.get("at") ?? "";
  expect(Date.parse(reached)).toBeGreaterThan(at);

  // Every link keeps the moment, and a sheet is of it too.
  await page.getByRole("button", { name: "−10 s" }).click();
  await page.evaluate(() => {
    location.hash = "#/station/41660";
  });
  await expect.poll(() => page.locator("#sheet-name").textContent()).toBe("Lake");
  expect(page.url()).toMatch(/\?at=.*#\/station\/41660$/);

  await page.getByRole("button", { name: "Back to live" }).click();
  await expect.poll(() => isPast(page)).toBe("false");
  expect(page.url()).toBe(`${url}/#/station/41660`);
  await expect.poll(() => drawn(page)).toBe(await entries(url));
  expect(await page.title()).not.toContain("replay");
  // The line to the present was never let go.
  expect(sockets).toHaveLength(1);
});

test("before what Kafka holds, and where the address names no moment, it says so and leads back", async () => {
  const { url } = await morning();
  const page = await visit(`${url}/?at=2026-01-01T00:00:00Z`, 360);
  await expect
    .poll(() => page.locator(".past-said").textContent(), { timeout: 15_000 })
    .toMatch(/^Kafka holds nothing before 20.*: ask for that moment or a later one\.$/);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
  await page.getByRole("button", { name: "Back to live" }).click();
  await expect.poll(() => isPast(page)).toBe("false");
  // From the header it begins a minute ago.
  await page.getByRole("button", { name: "Replay" }).click();
  await expect.poll(() => isPast(page), { timeout: 15_000 }).toBe("true");
  await expect.poll(() => page.locator("[data-drawn-version]").count()).toBe(1);
});
