import { expect, test } from "vitest";
import { ManualClock } from "../../../../infra/runtime/testing/manual-clock.ts";
import type { IncidentAnswer } from "../../../../schemas/page/incidents.ts";
import { type AskedIncident, watchIncident } from "./watch.ts";

const OPEN = { endedAt: null, kept: true } as IncidentAnswer;
const OVER = { endedAt: 9_000, kept: true } as IncidentAnswer;

/** An answer that is there already has been taken. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

/** @returns how often it was asked in eight seconds, where the answers are these and the last one stays. */
async function asked(...answers: readonly (AskedIncident | Error)[]): Promise<number> {
  const clock = new ManualClock();
  let times = 0;
  const stop = watchIncident(
    clock,
    async () => {
      const answer = answers[Math.min(times++, answers.length - 1)] ?? null;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    () => {},
  );
  for (let i = 0; i < 4; i++) {
    await settled();
    clock.advance(2_000);
  }
  stop();
  return times;
}

test("an incident that goes on is asked for every two seconds", async () => {
  expect(await asked(OPEN)).toBe(5);
  expect(await asked(null)).toBe(5);
  expect(await asked(new Error("no connection"))).toBe(5);
});

test("one that is over, or that there is not, is not asked for again", async () => {
  expect(await asked(OVER)).toBe(1);
  expect(await asked("none")).toBe(1);
  expect(await asked(OPEN, OPEN, OVER)).toBe(3);
});

test("one that is over is asked for until Kafka has it", async () => {
  expect(await asked({ ...OVER, kept: false }, { ...OVER, kept: false }, OVER)).toBe(3);
});
