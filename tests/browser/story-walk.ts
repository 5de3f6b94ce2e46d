import type { Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { startSystem } from "../support/system.ts";
import { type AnimationFrame, animatedPng } from "./animated-png.ts";

const VIEWPORT = { width: 960, height: 640 };
const STARTED_WITHIN_MS = 240_000;
/** So long a frame stands, ms, for a reader. */
const READ_MS = 2_500;
const GLANCE_MS = 1_200;

/**
 * One entry of a running system, filmed in story mode: its turnstile is unplugged, somebody walks through it, the entry waits
 * in its memory, the plug comes back, and each hop of its way is opened.
 *
 * @returns a picture that moves.
 */
export async function storyWalk(): Promise<Buffer> {
  const system = await startSystem({ args: ["--lines", "red"] });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: "light", locale: "en-US" });
    await page.goto(`${system.endpoints.DASHBOARD_URL}/#/story`);
    return animatedPng(await filmed(page));
  } finally {
    await browser.close();
    await system.stop();
    await system.remove();
  }
}

async function filmed(page: Page): Promise<AnimationFrame[]> {
  const frames: AnimationFrame[] = [];
  const film = async (showMs: number): Promise<void> => {
    frames.push({ png: await page.screenshot(), showMs });
  };
  page.setDefaultTimeout(STARTED_WITHIN_MS);
  const walk = page.getByRole("button", { name: /^Walk through/ });
  await walk.waitFor();
  await film(READ_MS);
  const unplugged = await page.evaluate(
    async () => (await fetch("/experiments/unplug-device", { method: "POST" })).status,
  );
  if (unplugged !== 202) throw new Error(`the turnstile is not unplugged: the server answers ${unplugged}`);
  await walk.click();
  await page.waitForSelector('.hop-card[data-hop="ring"] .hop-wait, .hop-card .hop-wait');
  for (let n = 0; n < 4; n++) {
    await page.waitForTimeout(GLANCE_MS);
    await film(GLANCE_MS);
  }
  await page.waitForSelector('.story[data-state="counted"]');
  await page.evaluate(() => scrollTo(0, 0));
  await film(READ_MS);
  const hops = await page.locator(".hop-card").count();
  for (let n = 0; n < hops; n++) {
    await page.keyboard.press("j");
    await film(GLANCE_MS);
    const fields = page.locator(".hop-card").nth(n).locator("button[data-name]");
    if ((await fields.count()) === 0) continue;
    await fields.nth(Math.floor((await fields.count()) / 2)).click();
    await film(READ_MS);
  }
  return frames;
}
