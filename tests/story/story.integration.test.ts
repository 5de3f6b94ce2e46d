import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import type { StoryAnswer, StoryHopName, StoryRef } from "../../schemas/page/story.ts";
import { violations } from "../browser/axe.ts";
import { browserBench } from "../browser/browser-bench.ts";
import { OneTurnstile } from "./one-turnstile.ts";

const bench = browserBench();
const { open } = bench;
const DEVICE = "41660-T1";
let made = 0;

async function turnstile(): Promise<{ readonly system: OneTurnstile; readonly url: string }> {
  const kafka = createKafka({
    brokers: [inject("kafka")],
    clientId: "story-test",
    clock: systemClock,
    logger: silentLogger,
  });
  const prefix = `story-${process.pid}-${++made}.`;
  const system = new OneTurnstile({ kafka, prefix, deviceId: DEVICE, webRoot: bench.webRoot });
  open.push(() => system.stop());
  await system.start();
  return { system, url: system.dashboard.url };
}

async function order(url: string, path: string): Promise<StoryRef> {
  const answer = await fetch(`${url}/experiments/${path}`, { method: "POST", headers: { origin: url } });
  expect(answer.status).toBe(202);
  return (await answer.json()) as StoryRef;
}

async function story(url: string, { deviceId, bootId, seq }: StoryRef): Promise<StoryAnswer> {
  const answer = await fetch(`${url}/api/v1/stories/${deviceId}/${bootId}/${seq}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as StoryAnswer;
}

const soon = { timeout: 20_000, interval: 50 };
const hopOf = ({ hops }: StoryAnswer, name: StoryHopName) => {
  const hop = hops.find((one) => one.name === name);
  if (!hop) throw new Error(`no hop ${name}`);
  return hop;
};
const bytesOf = (told: StoryAnswer, hop: StoryHopName, block: string): string =>
  hopOf(told, hop)
    .bytes.find(({ name }) => name === block)
    ?.spans.map(({ hex }) => hex ?? "?")
    .join("") ?? "";

async function recordAt(
  system: OneTurnstile,
  told: StoryAnswer,
  hop: StoryHopName,
): Promise<InRecord | undefined> {
  const { place } = hopOf(told, hop);
  if (!place) return undefined;
  const kafka = createKafka({
    brokers: [inject("kafka")],
    clientId: "story-reader",
    clock: systemClock,
    logger: silentLogger,
  });
  const reader = kafka.logReader({});
  open.push(() => reader.stop());
  expect(place.topic.startsWith(system.topics.raw.slice(0, 8))).toBe(true);
  const [looked] = await reader.look([
    { topic: place.topic, partition: place.partition, from: place.offset },
  ]);
  return [...(looked?.records ?? [])][0];
}

async function visit(url: string): Promise<Page> {
  const context = await bench.browser.newContext({ viewport: { width: 1440, height: 900 } });
  open.push(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

describe("one entry's story", { timeout: 60_000 }, () => {
  test("has the bytes as they lie in ring and records, and finds records of before its server began", async () => {
    const { system, url } = await turnstile();
    await expect
      .poll(async () => (await fetch(`${url}/experiments`)).json(), soon)
      .toMatchObject({
        experiments: expect.arrayContaining([expect.objectContaining({ target: DEVICE })]) as unknown,
      });
    await order(url, "unplug-device");
    const entry = await order(url, `press/${DEVICE}`);
    await expect
      .poll(async () => (await story(url, entry)).wait, soon)
      .toMatchObject({
        words: expect.stringMatching(/waits in the device's ring: the line is unplugged/) as unknown,
        since: expect.any(String) as unknown,
        fault: true,
      });
    const waiting = await story(url, entry);
    expect(waiting).toMatchObject({ ...entry, state: "under-way" });
    expect(hopOf(waiting, "line").bytes).toMatchObject([{ name: "Frame", origin: "ring" }]);
    expect(await (await fetch(`${url}/api/v1/stories/${DEVICE}`)).json()).toEqual(entry);

    await system.heal();
    await expect.poll(async () => (await story(url, entry)).state, soon).toBe("counted");
    const told = await story(url, entry);
    // The frame that waited is the frame that is told.
    expect(bytesOf(told, "line", "Frame")).toBe(bytesOf(waiting, "line", "Frame"));
    for (const hop of ["raw", "clean", "sum"] as const) {
      const record = await recordAt(system, told, hop);
      expect(bytesOf(told, hop, "Key")).toBe(record?.key?.toString("hex"));
      expect(bytesOf(told, hop, "Value")).toBe(record?.value?.toString("hex"));
    }
    const raw = bytesOf(told, "raw", "Value");
    expect(bytesOf(told, "mqtt", "PUBLISH").endsWith(raw.slice(10))).toBe(true);
    expect(told.hops.map(({ at }) => at === null)).toEqual([false, true, ...Array(6).fill(false)]);

    // A server that was not there, and a device that has forgotten: by search alone, made again to the same bytes.
    const later = await system.anotherDashboard();
    await expect.poll(async () => (await fetch(`${later}/readyz`)).status, soon).toBe(200);
    await expect.poll(async () => hopOf(await story(later, entry), "raw").state, soon).toBe("passed");
    await expect
      .poll(async () => hopOf(await story(later, entry), "raw").place, soon)
      .toEqual(hopOf(told, "raw").place);
    const again = await story(later, entry);
    expect(hopOf(again, "clean").place).toEqual(hopOf(told, "clean").place);
    expect(hopOf(again, "line").bytes).toMatchObject([{ origin: "rebuilt" }]);
    expect(bytesOf(again, "line", "Frame")).toBe(bytesOf(told, "line", "Frame"));
  });

  test("in a browser: pressed, seen where it waits, and followed to the end by keys", async () => {
    const { system, url } = await turnstile();
    system.connected = false;
    const page = await visit(`${url}/#/story`);
    await page.getByRole("button", { name: `Walk through turnstile ${DEVICE}` }).click({ timeout: 20_000 });
    await expect
      .poll(() => page.locator("#story").textContent(), soon)
      .toMatch(/^Entry 1 of turnstile 41660-T1$/);
    const card = (name: StoryHopName) => page.locator(`[data-hop="${name}"]`);
    const state = (name: StoryHopName) => () => card(name).getAttribute("data-state");
    await expect.poll(state("disk"), soon).toBe("passed");
    expect(await state("mqtt")()).toBe("here");
    expect(await page.locator(".story-standing").textContent()).toMatch(/on its way to the gateway/);

    system.connected = true;
    await expect.poll(state("proof"), soon).toBe("passed");
    await expect.poll(() => page.locator(".story-standing").textContent(), soon).toMatch(/^Counted, \d/);
    // From hop to hop, then from field to field.
    for (let i = 0; i < 2; i++) await page.keyboard.press("j");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("hop-line");
    await page.keyboard.press("Tab");
    const about = card("line").locator(".bytes-about");
    await expect.poll(() => about.textContent()).toMatch(/^delimiter: 0/);
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
    await expect.poll(() => about.textContent()).toMatch(/^deviceId: 41660-T1/);
    await card("clean").locator('[data-name="station_name"]').click();
    expect(await card("clean").locator(".bytes-about").last().textContent()).toMatch(/^station_name: Lake/);
    for (const [width, colorScheme] of [
      [1440, "light"],
      [360, "dark"],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
    }
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate(() => location.hash)).toBe("#/");
  });
});
