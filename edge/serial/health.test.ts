import { expect, test } from "vitest";
import { healthOf, type LineFacts } from "./health.ts";
import { type LinkState, newLink } from "./link.ts";

const link = (over: Partial<LinkState> = {}): LinkState => ({
  ...newLink("40380-T1"),
  phase: "open",
  ...over,
});
const line = (over: Partial<LineFacts> = {}): LineFacts => ({
  plugged: true,
  trouble: null,
  everHeard: true,
  openedAt: 0,
  ...over,
});

test.each([
  ["heard just now", link({ heardAt: 10_000 }), line(), 12_000, "online"],
  ["two heartbeats missed", link({ heardAt: 10_000 }), line(), 12_500, "late"],
  ["silent", link({ heardAt: 10_000 }), line(), 16_000, "offline"],
  ["unplugged", link({ heardAt: 10_000 }), line({ plugged: false }), 10_000, "offline"],
  ["never plugged in", link(), line({ plugged: false, everHeard: false }), 0, "never_seen"],
  ["greeted, no answer yet, known from before", link(), line(), 1_000, "late"],
  ["greeted, never an answer", link(), line({ everHeard: false }), 60_000, "never_seen"],
  ["cannot be opened", link(), line({ openedAt: null, trouble: "locked" }), 0, "offline"],
  ["two memories", link({ heardAt: 1, alarm: { bootId: 7 } }), line(), 2, "offline"],
])("%s", (_, state, facts, at, expected) => {
  const health = healthOf(state, facts, at);
  expect(health.state).toBe(expected);
  expect(health.reason).not.toBe("");
});
