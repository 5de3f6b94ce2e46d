import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { builtPage } from "../support/built.ts";

export interface BrowserBench {
  readonly browser: Browser;
  /** The folder of the built page. */
  readonly webRoot: string;
  /** Called after each test, the newest first. */
  readonly open: (() => Promise<unknown>)[];
}

/** One browser and the built page for a file of tests. Call it outside of every test; use its fields inside. */
export function browserBench(): BrowserBench {
  const open: (() => Promise<unknown>)[] = [];
  let made: { readonly browser: Browser; readonly webRoot: string } | undefined;
  const bench = () => {
    if (!made) throw new Error("the browser is there only within tests");
    return made;
  };
  beforeAll(async () => {
    made = { webRoot: await builtPage(), browser: await launchBrowser() };
  });
  afterAll(async () => {
    await made?.browser.close();
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  return {
    open,
    get browser() {
      return bench().browser;
    },
    get webRoot() {
      return bench().webRoot;
    },
  };
}
