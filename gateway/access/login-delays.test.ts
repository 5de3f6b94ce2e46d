import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { FORGET_MS, LoginDelays, MAX_KEYS, SLOPES } from "./login-delays.ts";

let clock: ManualClock;
let delays: LoginDelays;
beforeEach(() => {
  clock = new ManualClock();
  delays = new LoginDelays(clock);
});

/** How long an attempt has to wait; it fails. */
function failing(address = "a", name = "40380"): number | undefined {
  const attempt = delays.attempt(address, name);
  attempt?.settle(false);
  return attempt?.waitMs;
}

test("a name that fails from one address waits longer each time, up to what an agent waits for its answer", () => {
  expect(Array.from({ length: 9 }, () => failing())).toEqual([0, 0, 0, 250, 500, 1_000, 2_000, 4_000, 4_000]);
});

test("others do not wait for it: another station from there, the same one from elsewhere", () => {
  for (let i = 0; i < 10; i++) failing();
  expect(failing("a", "40900")).toBe(0);
  expect(failing("b", "40380")).toBe(0);
});

test("the right password ends the pair's wait, and time forgets failures one by one", () => {
  for (let i = 0; i < 5; i++) failing();
  clock.advance(FORGET_MS);
  expect(delays.attempt("a", "40380")?.waitMs).toBe(500);
  const right = delays.attempt("a", "40380");
  right?.settle(true);
  expect(failing()).toBe(0);
  clock.advance(FORGET_MS);
  expect([failing(), failing(), failing(), failing()]).toEqual([0, 0, 0, 250]);
});

test("many names from one address, and one name from many, are slowed down in the end", () => {
  const { free, maxMs } = SLOPES.address;
  for (let i = 0; i < free; i++) expect(failing("a", String(i))).toBe(0);
  expect(failing("a", "x")).toBeGreaterThan(0);
  for (let i = 0; i < free; i++) failing(`host ${i}`, "40380");
  expect(failing("new", "40380")).toBeGreaterThan(0);
  for (let i = 0; i < 100; i++) failing("a", `y${i}`);
  expect(failing("a", "z")).toBe(maxMs);
});

test("attempts at once are no cheaper than in turn, and only so many wait", () => {
  failing();
  const waits = Array.from({ length: 20 }, () => delays.attempt("a", "40380")?.waitMs);
  expect(waits.slice(0, 8)).toEqual([0, 0, 250, 500, 1_000, 2_000, 4_000, 4_000]);
  expect(new Set(waits.slice(8))).toEqual(new Set([undefined]));
});

test("a crowd that has never failed does not wait, however many come at once", () => {
  const attempts = Array.from({ length: 1_000 }, (_, i) => delays.attempt("proxy", String(i)));
  expect(attempts.every((attempt) => attempt?.waitMs === 0)).toBe(true);
});

test("made-up names fill no memory", () => {
  for (let i = 0; i < 3 * MAX_KEYS; i++) failing("a", `name ${i}`);
  expect(delays.size).toBe(MAX_KEYS);
  expect(failing("a", "name 0")).toBe(SLOPES.address.maxMs);
});
