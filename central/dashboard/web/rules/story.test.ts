import { expect, test } from "vitest";
import type { StoryAnswer, StoryHop } from "../../../../schemas/page/story.ts";
import { EN } from "../texts/en/table.ts";
import { goesOn, pairs, presentHop, signedDelay, standing, storyTitle, tookMs } from "./story.ts";

const hop = (name: StoryHop["name"], state: StoryHop["state"], at: string | null = null): StoryHop => {
  const words = { title: "", what: "", promise: "", rule: 1, code: [] };
  return { ...words, name, state, at, tookMs: null, place: null, headers: {}, bytes: [] };
};
const HOPS = [
  hop("ring", "passed", "2026-01-01T00:00:00.000Z"),
  hop("line", "passed"),
  hop("disk", "passed", "2026-01-01T00:00:01.500Z"),
  hop("mqtt", "here"),
];
const STORY = {
  ...{
    deviceId: "41660-T1",
    bootId: 7,
    seq: 1_234,
    kind: "turnstile",
    stationId: 41660,
    stationName: "Lake",
  },
  ...{ asOf: "2026-01-01T00:00:02.000Z", state: "under-way", loss: null, hops: HOPS },
  wait: { words: "It waits on the agent's disk.", since: null, fault: true },
} satisfies StoryAnswer;

test("it is called by its number and its device", () => {
  expect(storyTitle(STORY, EN)).toBe("Entry 1,234 of turnstile 41660-T1");
  expect(storyTitle({ ...STORY, kind: "arrival" }, EN)).toBe("Report 1,234 of sensor 41660-T1");
});

test("how long it took is from the device to the last hop that it passed; the check afterwards does not count", () => {
  expect(tookMs(HOPS)).toBe(1_500);
  expect(tookMs([...HOPS, hop("proof", "passed", "2026-01-01T00:00:09.000Z")])).toBe(1_500);
  expect(tookMs(HOPS.slice(0, 2))).toBeNull();
});

test("where it stands is one sentence", () => {
  expect(standing(STORY, EN)).toBe("It waits on the agent's disk.");
  expect(standing({ ...STORY, state: "counted", wait: null }, EN)).toBe("Counted, 1.5 s after the turn.");
  expect(standing({ ...STORY, state: "counted", wait: null, hops: [] }, EN)).toBe("Counted.");
  expect(standing({ ...STORY, state: "lost", loss: "Its ring was erased." }, EN)).toBe(
    "Its ring was erased.",
  );
});

test("it is asked for again until it is counted or lost", () => {
  const states = ["ahead", "under-way", "counted", "lost"] as const;
  expect(states.map((state) => goesOn({ state }))).toEqual([true, true, false, false]);
});

test("the present hop is where it is, and at the end the last", () => {
  expect(presentHop(HOPS)).toBe(3);
  expect(presentHop(HOPS.slice(0, 3))).toBe(2);
});

test("bytes are pairs of digits, and COBS's own are marked", () => {
  expect(pairs({ hex: "0501", stuffed: [1] })).toEqual([
    { byte: "05", stuffed: false },
    { byte: "01", stuffed: true },
  ]);
  expect(pairs({ hex: null })).toEqual([]);
});

test("a time that runs backwards is two clocks that differ, and is shown", () => {
  expect([signedDelay(12, EN), signedDelay(-3, EN), signedDelay(0, EN), signedDelay(null, EN)]).toEqual([
    "+12 ms",
    "−3 ms",
    "+0 ms",
    "",
  ]);
});
