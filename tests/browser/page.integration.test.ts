import { createServer } from "node:http";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { Dashboard } from "../../central/dashboard/server/dashboard.ts";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { SmallChicago } from "../../central/dashboard/server/testing/small-chicago.ts";
import { closeServer, listen } from "../../infra/runtime/http/listen.ts";
import { browserBench } from "./browser-bench.ts";

const bench = browserBench();
const { open } = bench;

async function served(city: SmallChicago, port = 0): Promise<Dashboard> {
  const dashboard = await serve(city, { webRoot: bench.webRoot, port });
  open.push(() => dashboard.stop());
  return dashboard;
}

async function visit(url: string, path = "/"): Promise<Page> {
  const context = await bench.browser.newContext({ viewport: { width: 1440, height: 900 } });
  open.push(() => context.close());
  const page = await context.newPage();
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) foreign.push(request.url());
  });
  open.push(async () => expect(foreign.filter((address) => !address.startsWith("data:"))).toEqual([]));
  await page.goto(`${url}${path}`);
  return page;
}

const train = (page: Page, id: string) => page.locator(`[data-train="${id}"]`);
const drawn = (page: Page) => page.locator("[data-drawn-version]");

async function middleOf(mark: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await mark.boundingBox();
  return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: 0, y: 0 };
}

/** Until the locator's text or attribute is so. */
async function becomes(read: () => Promise<string | null>, wanted: string | RegExp): Promise<void> {
  await expect.poll(read, { timeout: 15_000, interval: 50 }).toMatch(wanted);
}

describe("the page in a browser", () => {
  test("of a city in which one line runs draws that line and no dead ones", async () => {
    const city = await readyCity();
    city.arrive("BL001", 40380, "blue", "b");
    const dashboard = await serve(city, {
      webRoot: bench.webRoot,
      watched: { lines: ["blue"], stations: [] },
    });
    open.push(() => dashboard.stop());
    const page = await visit(dashboard.url);
    await becomes(() => train(page, "BL001").getAttribute("data-station"), "40380");
    const lines = page.locator(".map-track, .headway, .map .trains");
    expect(await lines.count()).toBe(3);
    expect(await page.locator(".line-blue:is(.map-track, .headway)").count()).toBe(2);
    expect(await page.locator('.trains[aria-label="Trains of the Blue line"]').count()).toBe(1);
  });

  test("a train moves to the next stop, and the counts rise and are proved", async () => {
    const city = await readyCity();
    city.press(40380, 1_200);
    city.arrive("BL001", 40490, "blue", "b");
    const page = await visit((await served(city)).url);
    await becomes(() => train(page, "BL001").getAttribute("data-station"), "40490");
    await becomes(() => drawn(page).textContent(), "1,200");
    const before = await middleOf(train(page, "BL001"));

    city.arrive("BL001", 40380, "blue", "b");
    city.press(40380, 34);
    await becomes(() => train(page, "BL001").getAttribute("data-station"), "40380");
    await becomes(() => drawn(page).textContent(), "1,234");
    await expect
      .poll(async () => {
        const now = await middleOf(train(page, "BL001"));
        return Math.hypot(now.x - before.x, now.y - before.y);
      })
      .toBeGreaterThan(10);
    await becomes(() => page.locator(".proof").getAttribute("data-state"), "holds");
  });

  test("an unplugged turnstile is named, and what waits in it is counted once it is back", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const page = await visit((await served(city)).url, "/#/station/40380");
    const device = page.locator('[data-device="40380-T1"]');
    await becomes(() => device.getAttribute("data-state"), "online");
    city.unplug("40380-T1");
    city.press(40380, 9);
    city.tell("40380-T1", "unplugged");
    await becomes(() => device.textContent(), /offline.*unplugged.*9 readings wait/);
    await becomes(() => page.title(), /^\(\d+\) Clark\/Lake – Elevated$/);
    await becomes(() => page.locator(".proof").getAttribute("data-state"), "stalled");
    await becomes(
      () => page.locator(".proof-reason").textContent(),
      /40380-T1: unplugged.*9 readings wait in it/,
    );
    city.plug("40380-T1");
    await becomes(() => device.getAttribute("data-state"), "online");
    await becomes(() => drawn(page).textContent(), "16");
    await becomes(() => page.locator(".proof").getAttribute("data-state"), "holds");
  });

  test("a train is opened by a click and by keys, and tells where it goes and what saw it", async () => {
    const city = await readyCity();
    city.arrive("RL003", 40630, "red", "b");
    city.arrive("RL007", 41420, "red", "b", "broken_down");
    const page = await visit((await served(city)).url);
    await becomes(() => train(page, "RL003").getAttribute("data-station"), "40630");
    city.arrive("RL003", 41450, "red", "b");
    await becomes(() => train(page, "RL003").getAttribute("data-station"), "41450");
    await train(page, "RL003").locator("a").click();
    const sheet = page.locator(".sheet");
    await becomes(() => page.locator("#sheet-train").textContent(), "Train RL003");
    expect(page.url()).toMatch(/#\/train\/RL003$/);
    expect(await train(page, "RL003").getAttribute("data-chosen")).toBe("true");
    await becomes(() => sheet.textContent(), /towards 95th\/Dan Ryan.*Last seen at Chicago/);
    await becomes(
      () => page.locator(".train-reports").textContent(),
      /^Chicago\d+ s agoClark\/Division\d+ s ago$/,
    );
    await becomes(() => page.locator(".train-ahead").textContent(), /^Grand.*Lake.*Monroe/);
    await becomes(() => sheet.textContent(), /behind ?RL007/);
    // By keys: from train to train, and into the sheet of one that stands.
    await page.keyboard.press("Escape");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("href")))
      .toBe("#/train/RL003");
    await page.locator("h1 a").focus();
    await page.keyboard.press("t");
    for (let i = 0; i < 2; i++) {
      const at = await page.evaluate(() => document.activeElement?.getAttribute("href"));
      if (at !== "#/train/RL007") await page.keyboard.press("ArrowRight");
    }
    await page.keyboard.press("Enter");
    await becomes(() => sheet.textContent(), /Broken down at Addison.*It stands\. How long is not known/);
  });

  test("on a wall there is nothing to touch; on paper no control; and it can be installed", async () => {
    const dashboard = await served(await readyCity());
    const page = await visit(dashboard.url, "/?wall");
    await page.waitForSelector(".map-station");
    for (const hidden of [".controls", ".layouts", ".side"])
      expect(await page.locator(hidden).isVisible(), hidden).toBe(false);
    await page.goto(`${dashboard.url}/`);
    await page.waitForSelector(".map-station");
    expect(await page.locator(".controls").isVisible()).toBe(true);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".controls").isVisible()).toBe(false);
    expect(await page.locator(".attention").isVisible()).toBe(true);
    const manifest = await fetch(`${dashboard.url}/manifest.webmanifest`);
    const { icons } = (await manifest.json()) as { readonly icons: readonly { readonly src: string }[] };
    expect((await fetch(`${dashboard.url}/${icons[0]?.src}`)).headers.get("content-type")).toContain("svg");
  });

  test("where the proof is below the fold, a bar says its verdict and leads to it", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const page = await visit((await served(city)).url);
    const bar = page.locator(".proof-bar");
    await becomes(() => bar.textContent(), /Every entry is accounted for.*nothing lost/);
    expect(await bar.isVisible()).toBe(false);
    for (const width of [360, 768, 1024]) {
      await page.setViewportSize({ width, height: 768 });
      await expect.poll(() => bar.evaluate((mark) => mark.getBoundingClientRect().bottom)).toBe(768);
    }
    await bar.click();
    await expect
      .poll(() => page.locator("#proof-state").evaluate((head) => head.getBoundingClientRect().top))
      .toBeLessThan(700);
  });

  test("the map has one tab stop", async () => {
    const city = await readyCity();
    city.arrive("RL003", 40630, "red", "b");
    const page = await visit((await served(city)).url);
    await becomes(() => train(page, "RL003").getAttribute("data-station"), "40630");
    const stops = await page
      .locator(".map :is(a, [tabindex])")
      .evaluateAll(
        (all) => all.filter((each) => (each as unknown as { tabIndex: number }).tabIndex >= 0).length,
      );
    expect(stops).toBe(1);
  });

  test("a page that is opened early offers to break devices as soon as one is heard", async () => {
    const city = new SmallChicago(() => Date.now());
    await city.topicsExist();
    city.stations();
    const page = await visit((await served(city)).url, "/#/break");
    const offered = (id: string) => page.locator(`[data-experiment="${id}"]`).count();
    await expect.poll(() => offered("kill-gateway")).toBe(1);
    expect(await offered("unplug-device")).toBe(0);
    city.online();
    await expect.poll(() => offered("unplug-device")).toBe(1);
  });

  test("a killed gateway: each step as it was measured, and the proof before, at worst and after", async () => {
    const city = await readyCity();
    city.press(40380, 100);
    let [gateway, restarts] = ["ready", 0];
    const supervisor = createServer((request, response) => {
      if (request.method === "POST") gateway = "starting";
      response.end(JSON.stringify({ parts: [{ name: "gateway", state: gateway, ms: null, restarts }] }));
    });
    const { url: supervisorUrl } = await listen(supervisor, 0);
    open.push(() => closeServer(supervisor));
    const dashboard = await serve(city, { webRoot: bench.webRoot, supervisorUrl });
    open.push(() => dashboard.stop());
    const page = await visit(dashboard.url, "/#/break");
    await becomes(() => page.locator(".proof").getAttribute("data-state"), "holds");
    const state = page.locator(".trial-state");
    const step = (name: string) => page.locator(".trial-steps li", { hasText: name }).textContent();

    // Something waits already: the trial begins when it has come through.
    city.unplug("40380-T2");
    city.press(40380, 4, { number: 2 });
    city.tell("40380-T2", "unplugged");
    await becomes(() => page.locator(".proof").getAttribute("data-state"), "stalled");
    await page.locator('[data-experiment="kill-gateway"]').click();
    await becomes(() => state.textContent(), /waits for this: .*40380-T2/);
    expect(gateway).toBe("ready");
    city.plug("40380-T2");
    await becomes(() => state.textContent(), /Down\. It is started again/);
    expect(gateway).toBe("starting");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("trial");
    expect(await page.locator('[data-experiment="unplug-device"]').isDisabled()).toBe(true);
    await becomes(() => step("Noticed"), /\d (ms|s)$/);
    expect(await step("Process back")).toBe("Process back–");

    city.unplug("40380-T1");
    city.press(40380, 9);
    city.tell("40380-T1", "unplugged");
    const row = (name: string) => page.locator(".trial tr", { hasText: name }).textContent();
    // What was just plugged in may still have been in transit when it began.
    await becomes(() => row("in transit"), /^in transit[04]99$/);
    city.plug("40380-T1");
    [gateway, restarts] = ["ready", 1];
    await becomes(() => state.textContent(), /Nothing was lost.*after [\d.]+ s/);
    for (const name of ["Process back", "Backlog drained", "Counts agree"])
      expect(await step(name)).toMatch(/\d s$/);
    expect(await row("at the turnstiles")).toBe("at the turnstiles104113113");
    expect(await row("in transit")).toMatch(/^in transit[04]90$/);
    expect(await page.locator(".trial-curve").getAttribute("aria-label")).toContain("at most 9");
  });

  test("what is refused is said in words", async () => {
    const city = await readyCity();
    const supervisor = createServer((request, response) => {
      response.statusCode = request.method === "POST" ? 404 : 200;
      const parts = [{ name: "kafka-1", state: "ready", ms: null }];
      response.end(JSON.stringify(request.method === "POST" ? { error: "no part of this name" } : { parts }));
    });
    const { url: supervisorUrl } = await listen(supervisor, 0);
    open.push(() => closeServer(supervisor));
    const dashboard = await serve(city, { webRoot: bench.webRoot, supervisorUrl });
    open.push(() => dashboard.stop());
    const page = await visit(dashboard.url, "/#/break");
    await becomes(() => page.locator(".proof").getAttribute("data-state"), "holds");
    await page.locator('[data-experiment="kill-kafka"]').click();
    await becomes(
      () => page.locator('[role="alert"]').textContent(),
      /^Not done: the supervisor refuses: no part of this name\.$/,
    );
    await expect.poll(() => page.locator("[data-experiment]").count()).toBe(5);
  });

  test("a lost server is said, what was known stays, and the first message repairs all", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const first = await served(city);
    const page = await visit(first.url);
    await becomes(() => drawn(page).textContent(), "7");
    await first.stop();
    await becomes(() => page.locator(".banner").textContent(), /Connection lost\. Showing .* ago; trying/);
    expect(await drawn(page).textContent()).toBe("7");
    // No panel says more than another knows.
    await becomes(() => page.locator(".header .devices").textContent(), /devices online.*as of \d+ s ago/);
    await becomes(
      () => page.locator(".attention").textContent(),
      /Not known\. This page has heard nothing for \d+ s/,
    );
    city.press(40380, 5);
    await served(city, first.port);
    await becomes(() => drawn(page).textContent(), "12");
    await expect.poll(() => page.locator(".banner").count()).toBe(0);
    await becomes(() => page.locator(".attention").textContent(), /All \d+ devices are reporting/);
  });

  test("while the auditor is silent, as with Kafka gone, figures fade and are dated, until it speaks again", async () => {
    const city = await readyCity();
    const dashboard = await serve(city, { webRoot: bench.webRoot, audited: false });
    open.push(() => dashboard.stop());
    city.press(40380, 7);
    city.audit();
    const page = await visit(dashboard.url);
    const proof = page.locator(".proof");
    const figure = page.locator(".proof .totals dd").first();
    const colour = (): Promise<string> => figure.evaluate((mark) => getComputedStyle(mark).color);
    await becomes(() => proof.getAttribute("data-state"), "holds");
    expect(await proof.getAttribute("data-stale")).toBe("false");
    const fresh = await colour();
    await becomes(() => proof.getAttribute("data-stale"), "true");
    expect(await proof.getAttribute("data-state")).toBe("stalled");
    await becomes(() => proof.textContent(), /The auditor is silent.*as of \d+ s ago/);
    await becomes(
      () => page.locator(".proof-reason").textContent(),
      /The auditor has said nothing for \d+ s/,
    );
    expect(await colour()).not.toBe(fresh);
    city.audit();
    await becomes(() => proof.getAttribute("data-stale"), "false");
    await becomes(() => proof.getAttribute("data-state"), "holds");
    await expect.poll(colour).toBe(fresh);
  });

  test("two tabs agree", async () => {
    const city = await readyCity();
    const { url } = await served(city);
    const tabs = [await visit(url), await visit(url)];
    city.press(40380, 8);
    city.press(41400, 9);
    for (const tab of tabs) await becomes(() => drawn(tab).textContent(), "17");
  });

  test("before there is anything it says so, and no zero is drawn", async () => {
    const page = await visit((await served(new SmallChicago(() => Date.now()))).url);
    await becomes(() => page.locator("main").textContent(), /Starting/);
    await becomes(() => drawn(page).textContent(), "no data");
  });
});
