import { expect, test } from "vitest";
import { Gate } from "./gate.ts";

test("a gate lets two work and one wait, and refuses the next one", async () => {
  const gate = new Gate({ running: 2, waiting: 1 });
  let running = 0;
  const ends: (() => void)[] = [];
  const work = (): Promise<number> =>
    gate.run(async () => {
      const now = ++running;
      await new Promise<void>((resolve) => ends.push(resolve));
      running--;
      return now;
    });
  const three = [work(), work(), work()];
  await Promise.resolve();
  expect(running).toBe(2);
  await expect(work()).rejects.toMatchObject({ status: 429, retryAfter: 2 });
  ends.shift()?.();
  await three[0];
  await new Promise((resolve) => setImmediate(resolve));
  expect(running).toBe(2);
  for (const end of ends.splice(0)) end();
  await Promise.all(three);
  expect(running).toBe(0);
});

test("work that fails gives its place back", async () => {
  const gate = new Gate({ running: 1, waiting: 0 });
  await expect(gate.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await gate.run(async () => 1)).toBe(1);
});
