import { setImmediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { CodedError } from "../../../schemas/errors.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { untilAvailable } from "./availability.ts";

const away = (message: string): CodedError =>
  new CodedError("KAFKA_UNAVAILABLE", { message, retryable: true });

/** Answers with each of these in turn; errors are thrown. */
function script(...answers: readonly unknown[]): () => Promise<unknown> {
  const left = [...answers];
  return async () => {
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

function waiting() {
  const clock = new ManualClock();
  /** Time passes in steps, and what follows from each step happens. */
  const pass = async (ms: number, steps: number): Promise<void> => {
    for (let n = 0; n < steps; n++) {
      await setImmediate();
      clock.advance(ms);
    }
    await setImmediate();
  };
  const info = vi.fn();
  return { pass, info, around: { clock, random: () => 1, logger: { info } } };
}

test("it is tried until it is there, and each new reason is logged once", async () => {
  const { pass, info, around } = waiting();
  const attempt = script(away("no broker"), away("no broker"), away("no topic"), "there");
  const found = untilAvailable(attempt, around);
  await pass(1_000, 3);
  expect(await found).toBe("there");
  expect(info.mock.calls.map(([, text]) => text)).toEqual(["waiting: no broker", "waiting: no topic"]);
});

test("what is no matter of time is not waited for", async () => {
  const { around } = waiting();
  const refused = new CodedError("REGISTRY_INCOMPATIBLE", { message: "no", retryable: false });
  await expect(untilAvailable(script(refused), around)).rejects.toBe(refused);
  await expect(untilAvailable(script(new TypeError("a bug")), around)).rejects.toThrow("a bug");
});

test("after its time the last error is thrown", async () => {
  const { pass, around } = waiting();
  const found = untilAvailable(() => Promise.reject(away("no broker")), { ...around, withinMs: 5_000 });
  const ended = expect(found).rejects.toThrow("no broker");
  await pass(500, 12);
  await ended;
});

test("a signal ends the wait", async () => {
  const { pass, around } = waiting();
  const stop = new AbortController();
  const found = untilAvailable(() => Promise.reject(away("no broker")), { ...around, signal: stop.signal });
  const ended = expect(found).rejects.toMatchObject({
    code: "DEPENDENCY_UNAVAILABLE",
    message: "stopped while waiting: no broker",
  });
  await pass(10, 1);
  stop.abort();
  await ended;
});
