import { expect, test } from "vitest";
import { silentLogger } from "../../logger.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { disconnected, keepAlive, pauseBefore } from "./supervision.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lives that are started and closed, and the way to crash the present one. */
function lives(failFirst = 0) {
  const clock = new ManualClock();
  const seen = { started: 0, closed: 0, crash: (_error: Error): void => {} };
  const kept = keepAlive({ clock, logger: silentLogger }, "testing", async (onCrash) => {
    seen.started++;
    if (seen.started <= failFirst) throw new Error("cannot start");
    seen.crash = onCrash;
    return async () => void seen.closed++;
  });
  return { clock, seen, kept };
}

test("a crashed consumer is closed and another one started, after a pause that grows", async () => {
  const { clock, seen, kept } = lives();
  for (let n = 0; n < 3; n++) {
    await turn();
    expect(seen).toMatchObject({ started: n + 1, closed: n });
    seen.crash(new Error("crash"));
    await turn();
    expect(seen.closed).toBe(n + 1);
    clock.advance(pauseBefore(n) - 1);
    await turn();
    expect(seen.started).toBe(n + 1);
    clock.advance(1);
  }
  await turn();
  await kept.stop();
});

test("one that cannot start is tried again", async () => {
  const { clock, seen, kept } = lives(1);
  await turn();
  clock.advance(pauseBefore(0));
  await turn();
  expect(seen).toMatchObject({ started: 2, closed: 0 });
  await kept.stop();
  expect(seen.closed).toBe(1);
});

test("stopping ends the pause too, and starts nothing more", async () => {
  const { seen, kept } = lives();
  await turn();
  seen.crash(new Error("crash"));
  await turn();
  await kept.stop();
  expect(seen).toMatchObject({ started: 1, closed: 1 });
});

test("pauses grow to a second", () => {
  expect([0, 1, 2, 3, 4, 5, 50].map(pauseBefore)).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
});

test("a disconnect that hangs or fails is not waited for", async () => {
  const clock = new ManualClock();
  const hanging = disconnected(clock, new Promise(() => {}));
  clock.advance(2_000);
  await hanging;
  await disconnected(clock, Promise.reject(new Error("no")));
});
