import { expect, test } from "vitest";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { launchBrowser } from "../support/browser.ts";
import { builtPage } from "../support/built.ts";
import { HTML, hostile, OBEYED } from "./hostile-texts.ts";

test("names from outside are text on the page, whatever they hold", async () => {
  const webRoot = await builtPage();
  const city = await readyCity();
  const key = { station_id: 40380, line: "blue" };
  const row = { ...key, station_name: hostile("Clark/Lake"), order: 1 };
  city.kafka.append([
    {
      topic: city.topics.stationsTable,
      partition: 0,
      key: Buffer.from(JSON.stringify(key)),
      value: Buffer.from(JSON.stringify(row)),
    },
  ]);
  city.weather(54, hostile("windy"));
  const dashboard = await serve(city, { webRoot });
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${dashboard.url}/#station=40380`);
    await expect.poll(() => page.content(), { timeout: 30_000 }).toContain("Clark/Lake");
    await expect.poll(() => page.content()).toContain("windy");
    const seen = await page.evaluate(() => ({
      made: document.querySelectorAll("[data-evil]").length,
      ran: (globalThis as { evil?: unknown }).evil ?? null,
      text: document.body.textContent ?? "",
      titles: [...document.querySelectorAll("*")]
        .flatMap((element) => [...element.attributes].map(({ value }) => value))
        .join("\n"),
    }));
    expect({ made: seen.made, ran: seen.ran }).toEqual({ made: 0, ran: null });
    expect(seen.text).toContain(HTML);
    expect(seen.text + seen.titles).not.toMatch(OBEYED);
  } finally {
    await browser.close();
    await dashboard.stop();
  }
});
