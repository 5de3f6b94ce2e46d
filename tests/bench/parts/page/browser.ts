import type { CDPSession, Page } from "playwright-core";
import { readyCity, serve } from "../../../../central/dashboard/server/testing/served.ts";
import { seededRandom } from "../../../../infra/runtime/random.ts";
import { ManualClock } from "../../../../infra/runtime/testing/manual-clock.ts";
import { LINES, STATIONS } from "../../../../schemas/network/network.ts";
import { launchBrowser } from "../../../support/browser.ts";
import { builtPage } from "../../../support/built.ts";
import type { Contender } from "../../harness.ts";

const TRAINS = 200;
const STEP_MS = 5_000;
const WINDOW_MS = 10_000;
const SOAK_HOURS = 8;
/** Seconds of the server's clock that pass between two looks at how far the page has come. */
const STRIDE_S = 20;

type City = Awaited<ReturnType<typeof readyCity>>;

/** Trains that each move to their next stop every five seconds, each at a moment of its own. */
class Traffic {
  readonly #city: City;
  readonly #trains: { id: string; line: (typeof LINES)[number]; at: number; due: number }[];
  readonly #stops = new Map(
    LINES.map((line) => [
      line,
      STATIONS.flatMap(({ id, stops }) => {
        const stop = stops.find((each) => each.line === line);
        return stop ? [{ id, order: stop.order }] : [];
      })
        .sort((x, y) => x.order - y.order)
        .map(({ id }) => id),
    ]),
  );

  constructor(city: City, trains: number, now: number) {
    const random = seededRandom(200, "bench trains");
    this.#city = city;
    this.#trains = Array.from({ length: trains }, (_, i) => {
      const line = LINES[i % LINES.length] ?? "red";
      return {
        id: `${line[0]?.toUpperCase()}L${String(i).padStart(3, "0")}`,
        line,
        at: Math.floor(random() * 25),
        due: now + random() * STEP_MS,
      };
    });
    for (const train of this.#trains) this.#arrive(train);
  }

  /** @param now - wall ms. */
  advance(now: number): void {
    for (const train of this.#trains) {
      if (train.due > now) continue;
      train.due += STEP_MS;
      train.at += 1;
      this.#arrive(train);
    }
  }

  #arrive({ id, line, at }: { id: string; line: (typeof LINES)[number]; at: number }): void {
    const stops = this.#stops.get(line) ?? [];
    const lap = at % (2 * stops.length);
    const out = lap < stops.length;
    const station = stops[out ? lap : 2 * stops.length - 1 - lap];
    if (station !== undefined) this.#city.arrive(id, station, line, out ? "b" : "a");
  }
}

async function opened(url: string): Promise<{ page: Page; cdp: CDPSession; close(): Promise<void> }> {
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector("[data-train]");
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable");
  return { page, cdp, close: () => browser.close() };
}

async function metric(cdp: CDPSession, name: string): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return metrics.find((each) => each.name === name)?.value ?? Number.NaN;
}

/** Drawn without a graphics card: every pixel costs the same two processors. */
const manyTrains: Contender = {
  name: `${TRAINS} trains in a browser`,
  async run() {
    const city = await readyCity();
    const traffic = new Traffic(city, TRAINS, Date.now());
    const webRoot = await builtPage();
    const dashboard = await serve(city, { webRoot });
    const beat = setInterval(() => {
      traffic.advance(Date.now());
      city.press(40380, 1);
    }, 100);
    const { page, cdp, close } = await opened(dashboard.url);
    try {
      await page.waitForFunction(`document.querySelectorAll("[data-train]").length >= ${TRAINS}`);
      const before = await metric(cdp, "TaskDuration");
      const frames = Number(
        await page.evaluate(`new Promise((done) => {
          let frames = 0;
          const began = performance.now();
          const next = () => {
            frames += 1;
            if (performance.now() - began < ${WINDOW_MS}) requestAnimationFrame(next);
            else done(frames);
          };
          requestAnimationFrame(next);
        })`),
      );
      const busy = (await metric(cdp, "TaskDuration")) - before;
      return {
        "frames/s": (1_000 * frames) / WINDOW_MS,
        "main thread busy, %": (100_000 * busy) / WINDOW_MS,
      };
    } finally {
      clearInterval(beat);
      await close();
      await dashboard.stop();
    }
  },
};

/** Eight hours of the server's clock at ten ticks a second, as fast as the page can take them. */
const soak: Contender = {
  name: `${SOAK_HOURS} hours, accelerated`,
  async run() {
    const clock = new ManualClock(Date.now());
    const city = await readyCity(() => clock.now());
    const traffic = new Traffic(city, 30, clock.now());
    const webRoot = await builtPage();
    const dashboard = await serve(city, { webRoot, clock });
    // The server publishes by its own clock: it goes on while the page opens.
    const walk = setInterval(() => clock.advance(100), 100);
    const { page, cdp, close } = await opened(dashboard.url);
    clearInterval(walk);
    try {
      const heap = async (): Promise<number> => {
        await cdp.send("HeapProfiler.collectGarbage");
        return (await cdp.send("Runtime.getHeapUsage")).usedSize;
      };
      const began = performance.now();
      let early = Number.NaN;
      const seconds = SOAK_HOURS * 3_600;
      for (let second = 1; second <= seconds; second++) {
        traffic.advance(clock.now());
        city.press(40380, 1);
        for (let tick = 0; tick < 10; tick++) {
          clock.advance(100);
          await new Promise((resolve) => setImmediate(resolve));
        }
        // The page is let catch up, so that it really applies what it is sent.
        if (second % STRIDE_S === 0) await page.evaluate("0");
        if (second === seconds / 10) early = await heap();
      }
      const late = await heap();
      return {
        "page's heap after a tenth, MB": early / 1e6,
        "page's heap at the end, MB": late / 1e6,
        "growth, %": (100 * (late - early)) / early,
        "times as fast as the clock": (seconds * 1_000) / (performance.now() - began),
      };
    } finally {
      await close();
      await dashboard.stop();
    }
  },
};

export const browserContenders: readonly Contender[] = [manyTrains, soak];
