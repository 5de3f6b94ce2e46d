import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, test } from "vitest";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { violations } from "./axe.ts";
import { browserBench } from "./browser-bench.ts";

const bench = browserBench();
const { open } = bench;

interface Visit {
  readonly page: Page;
  /** Scripts that the page has fetched. */
  readonly scripts: string[];
}

async function visit(address: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await bench.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  open.push(() => context.close());
  const page = await context.newPage();
  const scripts: string[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.push(request.url());
  });
  await page.goto(address);
  return { page, scripts };
}

async function becomes(read: () => Promise<string | null>, wanted: string | RegExp): Promise<void> {
  await expect.poll(read, { timeout: 15_000, interval: 50 }).toMatch(wanted);
}

/** A city with 1,200 entries, one of whose turnstiles is unplugged with nine more in it. */
async function troubled(): Promise<string> {
  const city = await readyCity();
  city.press(40380, 1_200);
  city.arrive("BL001", 40380, "blue", "b");
  city.arrive("RL001", 41400, "red", "a", "broken_down");
  const dashboard = await serve(city, { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  city.unplug("40380-T1");
  city.press(40380, 9);
  city.tell("40380-T1", "unplugged");
  return dashboard.url;
}

const spoken = (page: Page) => page.evaluate(() => document.documentElement.lang);

test("a Spanish browser is shown the page in Spanish, and its reader can change to English for good", async () => {
  const url = await troubled();
  const { page } = await visit(url, { locale: "es-MX" });
  await becomes(() => page.locator(".header .devices").textContent(), /\d equipos en línea.*1 sin señal/);
  expect(await spoken(page)).toBe("es");
  await becomes(() => page.locator(".emulated").textContent(), /^Simulación/);
  await becomes(
    () => page.locator(".attention").textContent(),
    /Torniquete 40380-T1: desenchufado, hace \d+ s\./,
  );
  const totals = page.locator(".totals");
  await becomes(
    () => totals.textContent(),
    /en torniquetes1,2\d\d.*recibidas una vez1,200.*en su pantalla1,200/,
  );
  await becomes(() => page.locator(".proof-reason").textContent(), /lecturas en espera/);

  await page.goto(`${url}/#/station/40380`);
  await becomes(() => page.locator(".sheet-total").textContent(), "1,200 entradas");
  await becomes(
    () => page.locator('[data-device="40380-T1"]').textContent(),
    /Torniquete T1sin señaldesenchufado/,
  );
  await becomes(() => page.title(), /Clark\/Lake – Elevated$/);
  await page.goto(`${url}/#/incidents`);
  await becomes(() => page.title(), /Incidentes – Elevated$/);

  await page.goto(`${url}/#/`);
  await page.locator("h1 a").focus();
  await page.keyboard.press("?");
  await page.getByRole("button", { name: "English" }).click();
  await becomes(() => page.locator("#help").textContent(), "How to read and use this page");
  expect(await spoken(page)).toBe("en");
  await page.keyboard.press("Escape");
  await becomes(() => page.locator(".attention h2").textContent(), "Needs attention");
  expect(new URL(page.url()).search).toBe("?lang=en");
  await page.goto(`${url}/?fresh`);
  await becomes(() => page.locator(".attention h2").textContent(), "Needs attention");
});

test("an address asks for Spanish, and its links keep it; who reads English fetches no Spanish", async () => {
  const url = await troubled();
  const english = await visit(url);
  await becomes(() => english.page.locator(".attention h2").textContent(), "Needs attention");
  const { page, scripts } = await visit(`${url}/?lang=es`);
  await becomes(() => page.locator(".attention h2").textContent(), "Requiere atención");
  expect(scripts).toHaveLength(english.scripts.length + 1);

  await page.locator('.notes a[href="#/station/40380"]').first().click();
  await becomes(() => page.locator("#sheet-name").textContent(), "Clark/Lake");
  expect(new URL(page.url()).search).toBe("?lang=es");

  await page.goto(`${url}/?lang=es&at=${new Date().toISOString()}`);
  await page.waitForSelector(".recount [data-whole]");
  expect(new URL(page.url()).search).toMatch(/^\?at=.*&lang=es$/);
  await becomes(() => page.locator(".past-head").textContent(), /^Repetición\. Ve las \d\d:\d\d:\d\d/);
});

test("in Spanish axe finds nothing and nothing is too wide", { timeout: 300_000 }, async () => {
  const url = await troubled();
  const found: string[] = [];
  for (const [width, colorScheme] of [
    [360, "light"],
    [1440, "dark"],
  ] as const) {
    for (const [path, ready] of [
      ["#/", "[data-train]"],
      ["#/station/40380", "[data-device]"],
      ["#/break", "[data-experiment]"],
      ["#/proof", ".proof-lead"],
    ] as const) {
      const { page } = await visit(`${url}/?lang=es${path}`, {
        viewport: { width, height: 900 },
        colorScheme,
      });
      await page.waitForSelector(ready);
      const problems = await violations(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) problems.push(`${wide} px too wide`);
      found.push(...problems.map((one) => `${width} ${path} ${one}`));
      await page.context().close();
    }
  }
  expect(found).toEqual([]);
});
