import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../../infra/runtime/testing/manual-clock.ts";
import type { HistoryAnswer, MomentsAnswer } from "../../../../schemas/page/history.ts";
import type { PageState } from "../../../../schemas/page/page.ts";
import { Player } from "./player.ts";
import { NoAnswer, type PastSource } from "./source.ts";

const EIGHT = Date.UTC(2026, 10, 30, 8);
const HISTORY: HistoryAnswer = { from: EIGHT, to: EIGHT + 600_000, ticks: [], watchedSince: EIGHT };

interface Asked {
  readonly at: number;
  readonly stepMs: number;
  readonly frames: number;
}

let clock: ManualClock;
let asked: Asked[];
/** The last moment that there is. */
let latest: number;
let refusal: NoAnswer | null;

/** A past in which one station has an entry each second: its count is the seconds since eight. */
const source: PastSource = {
  history: async () => HISTORY,
  recount: () => Promise.reject(new Error("not here")),
  async moments(at, stepMs, frames) {
    asked.push({ at, stepMs, frames });
    if (refusal) throw refusal;
    const entries = (ms: number) => ({ 40380: Math.floor((ms - EIGHT) / 1_000) });
    const until = Math.min(at + stepMs * frames, latest);
    const answer: MomentsAnswer = {
      snapshot: {
        instance: "past",
        version: 1,
        now: at,
        state: { entries: entries(at) } as unknown as PageState,
      },
      deltas: Array.from({ length: Math.max(0, Math.floor((until - at) / stepMs)) }, (_, i) => {
        const now = at + (i + 1) * stepMs;
        return { from: i + 1, to: i + 2, now, set: { entries: entries(now) }, gone: {}, facts: {} };
      }),
      ...{ until: Math.max(at, until), unknown: [], counting: false },
    };
    return answer;
  },
};

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  latest = EIGHT + 597_000;
  refusal = null;
});

/** Timers, and what they asked for. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    clock.advance(50);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
}

async function playerAt(at: number): Promise<Player> {
  const player = new Player(clock, source, at);
  await pass(300);
  await player.ready;
  return player;
}

const shown = (player: Player) => player.store.view.state?.entries[40380];

describe("a player", () => {
  test("shows a moment, and its store's clock stands there", async () => {
    const player = await playerAt(EIGHT + 90_000);
    expect(shown(player)).toBe(90);
    expect(player.store.now).toBe(EIGHT + 90_000);
    await pass(5_000);
    expect([shown(player), player.store.now]).toEqual([90, EIGHT + 90_000]);
    expect(player.view).toMatchObject({ reading: false, playing: false, problem: "" });
    player.stop();
  });

  test.each([
    [1, 10],
    [60, 600],
  ] as const)("plays at %i×, and asks for what comes next before it is needed", async (speed, seconds) => {
    latest = EIGHT + 3_600_000;
    const player = await playerAt(EIGHT);
    player.speed(speed);
    player.play(true);
    await pass(200);
    const began = (player.store.now - EIGHT) / 1_000;
    await pass(10_000);
    const passed = (player.store.now - EIGHT) / 1_000 - began;
    expect(passed).toBeCloseTo(seconds, 0);
    // Frames of this speed may be some seconds apart.
    expect((player.store.now - EIGHT) / 1_000 - (shown(player) ?? 0)).toBeLessThanOrEqual(5);
    expect(asked.length).toBeLessThan(8);
    player.stop();
  });

  test("of a slider that is dragged asks once, where it comes to rest, and within what is held", async () => {
    const player = await playerAt(EIGHT + 10_000);
    asked = [];
    for (const second of [20, 30, 40]) {
      player.seek(EIGHT + second * 1_000);
      await pass(50);
    }
    await pass(300);
    expect(asked).toEqual([{ at: EIGHT + 40_000, stepMs: 1_000, frames: 0 }]);
    expect(shown(player)).toBe(40);
    player.seek(EIGHT - 5_000);
    await pass(300);
    expect([player.view.at, shown(player)]).toEqual([EIGHT, 0]);
    player.seek(EIGHT + 9_000_000);
    expect(player.view.at).toBe(EIGHT + 597_000);
    player.stop();
  });

  test("stops at the present, where nothing newer has come through", async () => {
    const player = await playerAt(EIGHT + 590_000);
    player.play(true);
    await pass(20_000);
    expect(player.view).toMatchObject({ playing: false });
    expect(player.store.now).toBe(latest);
    player.stop();
  });

  test("says why there is nothing, and asks again only where that may pass", async () => {
    const player = await playerAt(EIGHT);
    refusal = new NoAnswer("Kafka holds nothing before 08:00.", null);
    player.seek(EIGHT + 1_000);
    await pass(5_000);
    expect(player.view.problem).toBe("Kafka holds nothing before 08:00.");
    expect(asked).toHaveLength(2);
    refusal = new NoAnswer("12 others read the past.", 2_000);
    player.seek(EIGHT + 2_000);
    await pass(300);
    expect(player.view.problem).toBe("12 others read the past.");
    refusal = null;
    await pass(2_500);
    expect([player.view.problem, shown(player)]).toEqual(["", 2]);
    player.stop();
  });
});
