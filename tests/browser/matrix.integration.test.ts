import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFirefox } from "../support/firefox.ts";
import { browserBench } from "./browser-bench.ts";
import { chromiumEyes, LOOKS, openFirefox, widthsOf } from "./matrix/looks.ts";
import { STATES, type State } from "./matrix/states.ts";
import { look, Theatre } from "./matrix/visit.ts";

/**
 * A cut through the matrix of states, widths, looks, languages and browsers: each state once or twice, and every width
 * and look many times. `npm run matrix` looks at all of it.
 */
const bench = browserBench();
const { open } = bench;

/** Until the auditor counts as silent a test would have to wait. */
const CUT = STATES.filter(({ name }) => name !== "auditor silent");
/** What Firefox lays out by rules of its own: tables, flexible boxes, dialogs, sliders. */
const FIREFOX = ["live", "help", "replay"];

const stateOf = (name: string): State => {
  const state = STATES.find((each) => each.name === name);
  if (!state) throw new Error(`no state ${name}`);
  return state;
};

let scenes: Theatre;
beforeAll(() => {
  scenes = new Theatre(bench.webRoot);
});
afterAll(() => scenes.close());

/** Where a laptop's first screen must have no scrollbar, and eight stations. */
const LAPTOP = { of: "light", width: 1440 } as const;
const ON_A_LAPTOP: Readonly<Record<string, readonly ("en" | "es")[]>> = {
  live: ["en"],
  trouble: ["en", "es"],
};

/** Each combination comes round. What is of one scene stands together: a scene takes seconds to come about. */
const CASES = CUT.flatMap((state, n) => {
  const of = LOOKS[n % LOOKS.length] ?? "light";
  const widths = widthsOf(of).filter((width) => width >= (state.from ?? 0));
  const language = n % 3 === 0 ? ("es" as const) : ("en" as const);
  const laptop = (ON_A_LAPTOP[state.name] ?? []).map((each) => ({ state, language: each, ...LAPTOP }));
  return [{ state, of, language, width: widths[n % widths.length] ?? 1440 }, ...laptop];
}).map((each) => ({ ...each, name: each.state.name }));

describe("nothing is cut, covered, too wide or too small, and axe finds nothing", () => {
  test.each(CASES)("$name, $language, $of, $width px", async ({ state, of, language, width }) => {
    const eyes = chromiumEyes(bench.browser, of);
    expect(await look(scenes, { eyes, state, language, widths: [width] })).toEqual([]);
  });
});

const firefox = findFirefox();
const without = "no Firefox here (Debian: apt-get install firefox-esr)";

test.skipIf(firefox === null)(
  `in Firefox too${firefox === null ? `: ${without}` : ""}`,
  async () => {
    const found: string[] = [];
    const eyes = await openFirefox(firefox ?? "", "dark");
    open.push(eyes.close);
    for (const [n, name] of FIREFOX.entries()) {
      const widths = [n % 2 === 0 ? 360 : 1440];
      found.push(...(await look(scenes, { eyes, state: stateOf(name), language: "en", widths })));
    }
    expect(found).toEqual([]);
  },
  300_000,
);
