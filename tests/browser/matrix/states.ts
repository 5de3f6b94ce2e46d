import type { Page } from "playwright-core";
import type { SceneName } from "./scenes.ts";

/** One state of the page: a scene, a place in it, and what the reader did there. */
export interface State {
  readonly name: string;
  readonly scene: SceneName;
  /** From the address's first slash on; `{now}` is the present second. */
  readonly path?: string;
  /** Selector of what is there when the state is. */
  readonly ready: string;
  /** What the reader does, each once its selector is there; then `ready` is awaited. */
  readonly clicks?: readonly string[];
  /** Typed into the search. */
  readonly types?: string;
  /** The server goes away once this is there. No other page sees this scene. */
  readonly cutsAfter?: string;
  /** Not on less than so many px. */
  readonly from?: number;
  /** No scrollbar on a laptop, and eight stations to be seen. */
  readonly firstScreen?: true;
}

const TRAIN = "[data-train]";
const PAST = ".recount [data-whole]";

export const STATES: readonly State[] = [
  { name: "live", scene: "morning", ready: TRAIN, firstScreen: true },
  { name: "strips", scene: "morning", ready: ".strips", clicks: [".layouts .control:last-child"] },
  { name: "headway notes", scene: "morning", ready: ".headway-note", clicks: [".headways-head .control"] },
  { name: "search", scene: "morning", ready: ".stations tbody tr:only-child", types: "rosevelt" },
  { name: "search in vain", scene: "morning", ready: ".table-scroll > p", types: "zzzz" },
  { name: "vehicles", scene: "morning", ready: ".vehicles tbody tr", clicks: ["#vehicles"] },
  { name: "paused", scene: "morning", ready: '.banner[data-kind="paused"]', clicks: [".pause"] },
  { name: "help", scene: "morning", ready: "dialog[open]", clicks: [".controls > button:last-child"] },
  { name: "station", scene: "morning", path: "/#/station/40380", ready: "[data-device]" },
  { name: "no station", scene: "morning", path: "/#/station/99999", ready: ".sheet" },
  { name: "train", scene: "morning", path: "/#/train/RL001", ready: ".train-reports li" },
  { name: "no train", scene: "morning", path: "/#/train/RL999", ready: ".sheet" },
  { name: "no incident", scene: "morning", path: "/#/incident/never", ready: "#incident" },
  { name: "proof", scene: "morning", path: "/#/proof", ready: ".proof-lead" },
  { name: "wall", scene: "morning", path: "/?wall", ready: TRAIN, from: 1024 },
  { name: "replay", scene: "morning", path: "/?at={now}", ready: PAST, firstScreen: true },
  { name: "replay of a station", scene: "morning", path: "/?at={now}#/station/40380", ready: PAST },
  { name: "replay on a wall", scene: "morning", path: "/?wall&at={now}", ready: PAST, from: 1024 },
  { name: "replay of nothing", scene: "morning", path: "/?at=2026-01-01T00:00:00Z", ready: ".past-said" },
  { name: "trouble", scene: "trouble", ready: ".note-incident", firstScreen: true },
  {
    name: "trouble in strips",
    scene: "trouble",
    ready: ".strips",
    clicks: [".layouts .control:last-child"],
  },
  { name: "silent station", scene: "trouble", path: "/#/station/40380", ready: "[data-device]" },
  {
    name: "broken train",
    scene: "trouble",
    path: "/#/train/GL003",
    ready: ".train-reports li",
  },
  { name: "incidents", scene: "trouble", path: "/#/incidents", ready: ".incident-row" },
  {
    name: "incident",
    scene: "trouble",
    path: "/#/incidents",
    clicks: [".incident-row a"],
    ready: ".incident-facts",
  },
  { name: "broken", scene: "broken", ready: '.proof[data-state="broken"]', firstScreen: true },
  {
    name: "finding",
    scene: "broken",
    path: "/#/proof",
    ready: ".finding-facts",
    clicks: [".finding summary"],
  },
  { name: "catching up", scene: "catching up", ready: ".hop-waiting", firstScreen: true },
  { name: "auditor silent", scene: "auditor silent", ready: '.proof[data-stale="true"]', firstScreen: true },
  { name: "empty", scene: "empty", ready: ".starting" },
  { name: "before the first train", scene: "before the first train", ready: ".map-station, .stop, .row" },
  { name: "connecting", scene: "deaf", ready: ".starting" },
  { name: "disconnected", scene: "broken", cutsAfter: TRAIN, ready: '.banner[data-kind="lost"]' },
  { name: "break it", scene: "trial", path: "/#/break", ready: "[data-experiment]" },
  {
    name: "trial",
    scene: "trial",
    path: "/#/break",
    ready: '.trial[data-phase="during"]',
    clicks: ['[data-experiment="unplug-device"]'],
  },
  { name: "story", scene: "story", path: "/#/story", ready: ".story-walk" },
  {
    name: "walk",
    scene: "story",
    path: "/#/story",
    ready: '.story[data-state="counted"]',
    clicks: [".story-walk"],
  },
  { name: "no story", scene: "story", path: "/#/story/99999-T9", ready: ".story" },
];

/** Bring a page to a state. @param cut - the scene's server goes away. */
export async function bring(page: Page, url: string, state: State, cut: () => Promise<void>): Promise<void> {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  await page.goto(`${url}${(state.path ?? "/").replace("{now}", now)}`);
  if (state.cutsAfter !== undefined) {
    await page.waitForSelector(state.cutsAfter, { state: "attached" });
    await cut();
  }
  for (const click of state.clicks ?? []) {
    // As a key would: also where the width at which it starts does not show it.
    await page.waitForSelector(click, { state: "attached" });
    await page.evaluate((found) => document.querySelector<HTMLElement>(found)?.click(), click);
  }
  if (state.types !== undefined) await page.fill("#search", state.types);
  await page.waitForSelector(state.ready, { state: "attached" });
}
