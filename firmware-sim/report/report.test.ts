import { expect, test } from "vitest";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import type { StateView } from "../control/api.ts";
import type { ActiveFault } from "../faults/fault-board.ts";
import { startReporter } from "./reporter.ts";

const state: StateView = {
  service: Date.parse("2018-10-01T08:10:00-05:00"),
  speed: 60,
  devices: { total: 372, up: 371, greeted: 370 },
  kinds: { arrival: { total: 188, up: 188 }, turnstile: { total: 184, up: 183 } },
  lines: {
    red: { total: 66, up: 66 },
    green: { total: 56, up: 56 },
    blue: { total: 66, up: 66 },
  },
  rates: { frames: 812, readings: 346, resends: 3 },
  numbered: 1_000,
  happened: 1_007,
  waiting: 12,
  faults: 2,
};
const faults = [{ kind: "unplug" }, { kind: "noise" }] as unknown as readonly ActiveFault[];

function reported(terminal: boolean, ms: number): string[] {
  const clock = new ManualClock();
  const written: string[] = [];
  const stop = startReporter({
    clock,
    terminal,
    write: (text) => written.push(text),
    state: () => state,
    faults: () => faults,
  });
  clock.advance(ms);
  stop();
  clock.advance(ms);
  return written;
}

test("off a terminal: one plain line every ten seconds, and no control character in it", () => {
  const lines = reported(false, 30_000);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe(
    "371/372 lines up · 370 greeted · 812 frames/s · 346 readings/s · 3 resends/s · 12 waiting · " +
      "7 refused by full rings · 2 faults · Mon, Oct 1, 08:10 in Chicago (60×)\n",
  );
});

test("on a terminal: a table each second in the place of the last, by kind and line, with the faults by name", () => {
  const tables = reported(true, 2_000);
  expect(tables).toHaveLength(2);
  const [first = "", second = ""] = tables;
  for (const row of [
    /turnstiles up +183 of 184/,
    /arrival sensors up +188 of 188/,
    /red line +66 of 66/,
    /frames\/s +812/,
    /resends\/s +3/,
    /faults in force +2 +\(unplug 1, noise 1\)/,
  ]) {
    expect(first).toMatch(row);
  }
  const height = first.trimEnd().split("\n").length;
  expect(second.startsWith(`\x1b[${height}A\x1b[J`)).toBe(true);
});
