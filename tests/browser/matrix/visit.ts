import type { Page } from "playwright-core";
import { violations } from "../axe.ts";
import { asPrinted, type Eyes, heightAt } from "./looks.ts";
import { misplaced } from "./rules.ts";
import { SCENES, type Scene, type SceneName } from "./scenes.ts";
import { bring, type State } from "./states.ts";

/** Up to here fingers are likelier than a mouse. */
const TOUCH_PX = 768;
const LAPTOP_PX = 1440;
const ROWS = 8;

export type Language = "en" | "es";

export interface Visit {
  readonly eyes: Eyes;
  readonly state: State;
  readonly language: Language;
  readonly widths: readonly number[];
  /** Called with the page at each width. */
  readonly take?: (page: Page, name: string) => Promise<void>;
}

/** One scene at a time, which is shared by all who look in turn: a busy morning takes a processor's time. */
export class Theatre {
  readonly #webRoot: string;
  #open: { readonly name: SceneName; readonly scene: Scene } | null = null;

  constructor(webRoot: string) {
    this.#webRoot = webRoot;
  }

  async scene(name: SceneName): Promise<Scene> {
    if (this.#open?.name === name) return this.#open.scene;
    await this.close();
    const scene = await this.own(name);
    this.#open = { name, scene };
    return scene;
  }

  /** One that nobody else sees. */
  own(name: SceneName): Promise<Scene> {
    return SCENES[name](this.#webRoot);
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.scene.stop();
  }
}

/** Bring the page to a state and look at it at each width. @returns what is wrong, in words. */
export async function look(theatre: Theatre, visit: Visit): Promise<string[]> {
  const { eyes, state, language } = visit;
  const own = state.cutsAfter !== undefined;
  const scene = await (own ? theatre.own(state.scene) : theatre.scene(state.scene));
  const context = await eyes.context(language);
  try {
    const page = await context.newPage();
    await bring(page, scene.url, state, scene.cut);
    if (eyes.look === "print") await print(page, eyes);
    const found: string[] = [];
    for (const width of visit.widths.filter((each) => each >= (state.from ?? 0)))
      found.push(...(await at(page, width, visit)));
    return found;
  } finally {
    await context.close();
    if (own) await scene.stop();
  }
}

async function print(page: Page, { name }: Eyes): Promise<void> {
  if (name === "chromium") await page.emulateMedia({ media: "print" });
  else await asPrinted(page);
}

async function at(page: Page, width: number, { eyes, state, language, take }: Visit): Promise<string[]> {
  await page.setViewportSize({ width, height: heightAt(width) });
  // Media queries have been asked, and the page is drawn again.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 220))));
  const onPaper = eyes.look === "print";
  const rules = {
    touch: width <= TOUCH_PX && !onPaper,
    rows: width === LAPTOP_PX && state.firstScreen && !onPaper ? ROWS : 0,
  };
  const name = `${state.name} ${language} ${eyes.name} ${eyes.look} ${width}`;
  await take?.(page, name);
  const wrong = [...(await misplaced(page, rules)), ...(await violations(page))];
  return wrong.map((one) => `${name}: ${one}`);
}
