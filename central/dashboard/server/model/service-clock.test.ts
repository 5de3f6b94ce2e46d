import { describe, expect, test } from "vitest";
import { ServiceClockModel } from "./service-clock.ts";

const S = Date.UTC(2018, 9, 16, 13, 0);
const W = 1_800_000_000_000;

describe("service clock", () => {
  test("nothing heard is no time, not a zero", () => {
    expect(new ServiceClockModel().view()).toBeNull();
    expect(new ServiceClockModel().serviceAt(W)).toBeNull();
  });

  test("the speed is that of the readings, and time goes on at it", () => {
    const clock = new ServiceClockModel();
    for (let i = 0; i <= 20; i++) clock.hear(S + i * 60_000 + (i % 3), W + i * 1_000);
    expect(clock.view()).toMatchObject({ speed: 60, at: W + 20_000 });
    expect(clock.serviceAt(W + 25_000)).toBe(S + 20 * 60_000 + 2 + 5 * 60_000);
  });

  test("a backlog's old readings do not turn it back", () => {
    const clock = new ServiceClockModel();
    clock.hear(S + 60_000, W + 1_000);
    clock.hear(S, W);
    expect(clock.view()?.service).toBe(S + 60_000);
  });

  test("a simulation that starts again at an earlier day is believed", () => {
    const clock = new ServiceClockModel();
    clock.hear(S + 3_600_000, W);
    clock.hear(S, W + 1_000);
    expect(clock.view()).toEqual({ service: S, at: W + 1_000, speed: null });
  });

  test("events noticed in one look come in no order of their service times: the speed is seen all the same", () => {
    const clock = new ServiceClockModel();
    for (let look = 0; look < 100; look++) {
      const [service, at] = [S + look * 6_000, W + look * 100];
      for (const [back, ms] of [
        [0, 0],
        [5_900, 1],
        [40, 1],
        [3_000, 3],
      ] as const)
        clock.hear(service - back, at + ms);
    }
    expect(clock.view()?.speed).toBe(60);
  });

  test("after a stop it is not taken to have gone on: it is unknown until it is heard again", () => {
    const clock = new ServiceClockModel();
    for (let i = 0; i <= 20; i++) clock.hear(S + i * 60_000, W + i * 1_000);
    expect(clock.serviceAt(W + 60_000)).toBeNull();
    clock.hear(S + 21 * 60_000, W + 120_000);
    expect(clock.serviceAt(W + 120_000)).toBe(S + 21 * 60_000);
  });

  test("a change of speed shows within the window", () => {
    const clock = new ServiceClockModel();
    for (let i = 0; i < 60; i++) clock.hear(S + i * 60_000, W + i * 1_000);
    for (let i = 0; i < 40; i++) clock.hear(S + 3_600_000 + i * 1_000, W + 60_000 + i * 1_000);
    expect(clock.view()?.speed).toBe(1);
  });
});
