import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import type { Dashboard } from "../../central/dashboard/server/dashboard.ts";
import { closeServer, listen } from "../../infra/runtime/http/listen.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { OneTurnstile } from "../story/one-turnstile.ts";
import { launchBrowser } from "../support/browser.ts";
import { builtPage } from "../support/built.ts";
import { answerHelp } from "../support/script-help.ts";
import type { BusyChicago } from "./busy-chicago.ts";
import { indexedPng } from "./indexed-png.ts";
import { startMorning } from "./morning.ts";
import { storyWalk } from "./story-walk.ts";

/**
 * `npm run shots`: pictures of the page's main states, for the README. A real browser looks at the built page and a
 * real dashboard server; the city behind them is a fixture, so that the pictures are of the same morning every time.
 */

const FOLDER = join(projectRoot(), "docs", "screenshots");
const HEIGHTS: Readonly<Record<number, number>> = { 360: 760, 768: 1_000, 1440: 900 };
/** Delays are those of the last ten seconds: until then they are of the morning's beginning. */
const SETTLE_MS = 12_000;
/** Filmed on a whole system, which it starts. */
const WALK = "story-walk";
/** A page is drawn, its trains are on their way. */
const DRAWN_MS = 2_000;

interface Shot {
  readonly name: string;
  readonly width: number;
  readonly theme: "light" | "dark";
  readonly path?: string;
  /** With a silent turnstile and a train broken down. */
  readonly troubled?: boolean;
  /** From the page as it opens to the state that is shown. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const SHOTS: readonly Shot[] = [
  { name: "running-light", width: 1440, theme: "light" },
  { name: "running-dark", width: 1440, theme: "dark" },
  { name: "strips-light", width: 1440, theme: "light", prepare: strips },
  { name: "break-it-light", width: 1440, theme: "light", path: "/#/break", prepare: tried },
  { name: "break-it-phone", width: 360, theme: "dark", path: "/#/break", prepare: tried },
  { name: "train-light", width: 1440, theme: "light", prepare: toTrain },
  { name: "replay-light", width: 1440, theme: "light", prepare: toPast },
  { name: "headway-light", width: 1440, theme: "light", troubled: true },
  { name: "headway-phone", width: 360, theme: "light", troubled: true, prepare: toHeadway },
  { name: "running-tablet", width: 768, theme: "light" },
  { name: "running-phone", width: 360, theme: "light" },
  { name: "station-light", width: 1440, theme: "light", troubled: true, path: "/#/station/40380" },
  { name: "station-phone", width: 360, theme: "dark", troubled: true, path: "/#/station/40380" },
];

async function strips(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Strips" }).click();
}

async function toPast(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Replay" }).click();
  await page.waitForSelector(".recount [data-whole]");
}

async function toHeadway(page: Page): Promise<void> {
  await page.locator("#headway").scrollIntoViewIfNeeded();
}

async function toTrain(page: Page): Promise<void> {
  await page.evaluate(() => {
    location.hash = document.querySelector(".train-link")?.getAttribute("href") ?? "";
  });
  await page.waitForSelector(".train-reports li");
}

async function tried(page: Page): Promise<void> {
  await page.locator('[data-experiment="unplug-device"]').click();
  await page.waitForSelector('.trial[data-phase="during"]');
}

async function open(browser: Browser, url: string, { width, theme, path = "/" }: Shot): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: HEIGHTS[width] ?? 900 },
    colorScheme: theme,
    locale: "en-US",
    timezoneId: "America/Chicago",
  });
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  return page;
}

async function take(browser: Browser, dashboard: Dashboard, shot: Shot): Promise<void> {
  const page = await open(browser, dashboard.url, shot);
  await page.waitForSelector("[data-train]");
  await shot.prepare?.(page);
  await page.waitForTimeout(DRAWN_MS);
  await save(page, shot.name);
}

async function save(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  writeFileSync(path, indexedPng(await page.screenshot()));
  await page.context().close();
  process.stdout.write(`${path}\n`);
}

/** The turnstile that the page's experiment unplugs: Lake is the busiest station. */
const STRUCK = "41660-T1";

function unplug({ city }: BusyChicago, turnstile: string): void {
  city.unplug(turnstile);
  city.press(Number.parseInt(turnstile, 10), 9);
  city.tell(turnstile, "unplugged");
}

function trouble(busy: BusyChicago): void {
  unplug(busy, "40380-T1");
  busy.breakDown("GL003");
}

/** @param wanted - names of shots; all when empty. */
async function main(wanted: readonly string[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
  if (isWanted(WALK)) {
    const path = join(FOLDER, `${WALK}.png`);
    writeFileSync(path, await storyWalk());
    process.stdout.write(`${path}\n`);
    if (wanted.length === 1) return;
  }
  const order = { carryOut: (): void => {} };
  const simulator = createServer((_request, response) => {
    order.carryOut();
    response.end("{}");
  });
  const { url: simulatorUrl } = await listen(simulator, 0);
  const morning = await startMorning(simulatorUrl);
  const { busy, dashboard } = morning;
  order.carryOut = () => unplug(busy, STRUCK);
  const browser = await launchBrowser();
  try {
    await sleep(SETTLE_MS);
    let troubled = false;
    for (const shot of SHOTS) {
      if (!isWanted(shot.name)) continue;
      if (shot.troubled && !troubled) trouble(busy);
      troubled ||= shot.troubled ?? false;
      await take(browser, dashboard, shot);
      if (shot.prepare === tried) busy.city.plug(STRUCK);
    }
    if (isWanted("story-light")) await takeStory(browser);
    if (isWanted("disconnected")) {
      const page = await open(browser, dashboard.url, { name: "disconnected", width: 1440, theme: "light" });
      await page.waitForSelector("[data-train]");
      await dashboard.stop();
      await page.waitForSelector(".banner");
      await save(page, "disconnected");
    }
  } finally {
    await browser.close();
    await morning.stop();
    await closeServer(simulator);
  }
}

/** One entry on its way: of a turnstile whose frames, records and rows are real, over a Kafka in memory. */
async function takeStory(browser: Browser): Promise<void> {
  const system = new OneTurnstile({
    ...{ kafka: memoryKafka(() => Date.now()), prefix: "", deviceId: STRUCK },
    webRoot: await builtPage(),
  });
  await system.start();
  try {
    const shot = { name: "story-light", width: 1440, theme: "light", path: "/#/story" } as const;
    const page = await open(browser, system.dashboard.url, shot);
    await page.getByRole("button", { name: /^Walk through/ }).click();
    await page.waitForSelector('.story[data-state="counted"]');
    await page.locator("#hop-line").scrollIntoViewIfNeeded();
    await page.locator('[data-hop="line"] [data-name="deviceTime"]').click();
    await save(page, shot.name);
  } finally {
    await system.stop();
  }
}

answerHelp("shots", "Takes the README's screenshots again, in docs/screenshots; five minutes.", [
  ...SHOTS.map(({ name }) => name),
  "story-light",
  WALK,
  "disconnected",
]);
await main(process.argv.slice(2));
