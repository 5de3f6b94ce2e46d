import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, test } from "vitest";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { violations } from "./axe.ts";
import { browserBench } from "./browser-bench.ts";

const bench = browserBench();
const { open } = bench;

async function visit(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await bench.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  open.push(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

async function becomes(read: () => Promise<string | null>, wanted: string | RegExp): Promise<void> {
  await expect.poll(read, { timeout: 15_000, interval: 50 }).toMatch(wanted);
}

/** A city whose turnstile was unplugged for long enough, with nine entries in it, and a page that looks at it. */
async function unplugged() {
  const city = await readyCity();
  city.press(40380, 7);
  const dashboard = await serve(city, { webRoot: bench.webRoot });
  open.push(() => dashboard.stop());
  const page = await visit(dashboard.url, { permissions: ["clipboard-read", "clipboard-write"] });
  await becomes(() => page.locator(".proof").getAttribute("data-state"), "holds");
  city.unplug("40380-T1");
  city.press(40380, 9);
  city.tell("40380-T1", "unplugged");
  const link = page.locator(".note-incident");
  // Three seconds; fifteen where the server had not looked yet.
  await expect.poll(() => link.count(), { timeout: 30_000 }).toBe(1);
  return { city, dashboard, page, link };
}

test("an unplugged turnstile becomes an incident; its end is told, and its link opens in a fresh page", async () => {
  const { city, page, link } = await unplugged();
  await link.click();
  await becomes(() => page.locator("#incident").textContent(), "Turnstile 40380-T1 of Clark/Lake is silent");
  await becomes(() => page.title(), /Turnstile 40380-T1 of Clark\/Lake is silent – Elevated$/);
  const sheet = page.locator(".incident");
  await becomes(() => sheet.textContent(), /minor It goes on\./);
  await becomes(() => sheet.textContent(), /wait now9 readings/);
  await becomes(() => sheet.textContent(), /lasts for\d+ s of real time/);
  expect(await sheet.locator('.incident-facts a[href="#/station/40380"]').count()).toBe(1);

  city.plug("40380-T1");
  city.press(40380, 1);
  await becomes(
    () => page.locator(".incident-state").textContent(),
    /Heard again after .*: 9 readings at most\. Nothing was lost\.$/,
  );
  await becomes(
    () => sheet.locator(".path").textContent(),
    /counted by the device40380-T1.*counted once\+\d+/,
  );
  expect(await sheet.locator(".trial-curve").getAttribute("aria-label")).toContain("at most 9");
  await becomes(
    () => sheet.locator(".command").first().textContent(),
    /^npm run replay -- --from \d{4}-\S+Z --to \d{4}-\S+Z --station 40380$/,
  );

  await page.getByRole("button", { name: "Copy link" }).click();
  await becomes(() => page.locator(".incident-share [role=status]").textContent(), "Copied.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const fresh = await visit(copied);
  await becomes(() => fresh.locator(".incident-state").textContent(), /Heard again after/);
  await fresh.emulateMedia({ media: "print" });
  for (const hidden of [".header", ".view", ".ribbon", ".incident-share"])
    expect(await fresh.locator(hidden).isVisible(), hidden).toBe(false);
  expect(await fresh.locator("#incident").isVisible()).toBe(true);
});

test("the list is reached by a key, an unknown link says so, and axe finds nothing at any width", async () => {
  const { dashboard, page } = await unplugged();
  await page.locator("h1 a").focus();
  await page.keyboard.press("i");
  const row = page.locator('[aria-label="Going on"] a');
  await becomes(() => row.textContent(), "Turnstile 40380-T1 of Clark/Lake is silent");
  const address = `${dashboard.url}/${await row.getAttribute("href")}`;
  // What is on the page already may not listen to keys yet.
  await expect
    .poll(async () => {
      await page.keyboard.press("Escape");
      return page.locator(".incidents").count();
    })
    .toBe(0);
  const none = await visit(`${dashboard.url}/#/incident/never`);
  await becomes(() => none.locator("#incident").textContent(), "No such incident");

  const found: string[] = [];
  for (const [width, options] of [
    [360, {}],
    [1920, { colorScheme: "dark" }],
  ] as const) {
    for (const [path, ready] of [
      [address, ".incident-facts"],
      [`${dashboard.url}/#/incidents`, ".incident-row"],
    ] as const) {
      const seen = await visit(path, { viewport: { width, height: 900 }, ...options });
      await seen.waitForSelector(ready);
      const problems = await violations(seen);
      const wide = await seen.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      found.push(
        ...[...problems, ...(wide > 0 ? [`${wide} px too wide`] : [])].map((one) => `${width} ${one}`),
      );
      await seen.context().close();
    }
  }
  expect(found).toEqual([]);
});
