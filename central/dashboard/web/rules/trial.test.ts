import { describe, expect, test } from "vitest";
import type { ExperimentView } from "../../../../schemas/page/experiments.ts";
import type { DeviceView, PartView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { proofView } from "../../../../schemas/testing/proof-views.ts";
import { EN } from "../texts/en/table.ts";
import { beginTrial, canBegin, type Observed, observeTrial, stepsOf, type Trial, waitsFor } from "./trial.ts";

/** A proof as of `asOf`, in which the oldest reading waits since `oldest`. */
const proof = (asOf: number, waiting: number, oldest: number | null = null, more: Partial<ProofView> = {}) =>
  proofView({
    ...{ state: waiting === 0 ? "holds" : "catching-up", asOf, devices: 100 + waiting, waiting },
    oldest: oldest === null ? null : { hop: "outbox", since: oldest },
    ...more,
  });

const KILL: ExperimentView = {
  ...{ id: "kill-gateway", hop: "Gateway", order: "Kill", watch: "" },
  ...{ part: "gateway", target: null, forMs: null },
};
const UNPLUG: ExperimentView = { ...KILL, id: "unplug", part: null, target: "40380-T1", forMs: 20_000 };

const gateway = (state: string, restarts: number | null): PartView[] => [
  { name: "gateway", state, ms: null, restarts, reason: null },
];
const turnstile = (state: DeviceView["state"]): Observed["devices"] => {
  const of = {
    kind: "turnstile",
    stationId: 40380,
    line: null,
    reason: "",
    since: 0,
    waiting: null,
  } as const;
  return { "40380-T1": { id: "40380-T1", ...of, state } };
};
const seen = (now: number, more: Partial<Observed> = {}): Observed => ({
  ...{ now, proof: proof(now, 0), parts: gateway("ready", 2), devices: turnstile("online") },
  ...more,
});

function run(experiment: ExperimentView, looks: readonly Observed[]): Trial {
  return looks.reduce(observeTrial, beginTrial({ experiment, at: 0 }, seen(0)));
}
const times = (trial: Trial) => stepsOf(trial).map(({ afterMs }) => afterMs);

describe("a killed process", () => {
  const looks = [
    seen(500),
    seen(1_000, { parts: gateway("restarting", 2), proof: proof(900, 5, 800) }),
    seen(2_000, { parts: gateway("starting", 3), proof: proof(1_900, 20, 800) }),
    seen(3_000, { parts: gateway("ready", 3), proof: proof(2_900, 25, 800) }),
    // The sums agree at a cut that lies before the process came back.
    seen(3_100, { parts: gateway("ready", 3), proof: proof(2_950, 0) }),
    seen(4_000, { parts: gateway("ready", 3), proof: proof(3_900, 3, 900) }),
    seen(5_000, { parts: gateway("ready", 3), proof: proof(4_900, 3, 4_500) }),
    seen(6_000, { parts: gateway("ready", 3), proof: proof(5_900, 0) }),
  ];

  test("each step has the time at which it was seen, and none is a constant", () => {
    expect(times(run(KILL, looks))).toEqual([1_000, 3_000, 5_000, 6_000]);
    expect(times(run(KILL, looks.slice(0, 3)))).toEqual([1_000, null, null, null]);
  });

  test("the worst moment and the curve are of the proofs in between", () => {
    const trial = run(KILL, looks);
    expect(trial.worst).toMatchObject({ waiting: 25, asOf: 2_900 });
    expect(trial.samples.map(({ inTransit }) => inTransit)).toEqual([0, 0, 5, 20, 25, 3, 3, 0]);
    expect(trial.after).toMatchObject({ asOf: 5_900, state: "holds" });
    expect(observeTrial(trial, seen(9_000, { proof: proof(9_000, 9, 1) }))).toBe(trial);
  });

  test("that is back before the next look is seen by its count of starts", () => {
    const looks = [seen(900), seen(1_400, { parts: gateway("ready", 3) })];
    expect(times(run(KILL, looks)).slice(0, 2)).toEqual([1_400, 1_400]);
  });

  test("without that number it must have been seen down", () => {
    expect(times(run(KILL, [seen(900, { parts: gateway("ready", null) })]))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const down = seen(900, { parts: gateway("starting", null) });
    expect(times(run(KILL, [down, seen(1_900, { parts: gateway("ready", null) })]))[1]).toBe(1_900);
  });
});

describe("a fault of a device", () => {
  test("is over when its time is, and the device is online", () => {
    const trial = run(UNPLUG, [
      seen(2_500, { devices: turnstile("offline") }),
      seen(20_500, { devices: turnstile("offline") }),
      seen(21_000),
      seen(22_000),
    ]);
    expect(times(trial)).toEqual([2_500, 21_000, 21_000, 21_000]);
  });

  test("that nothing noticed says so", () => {
    const trial = run({ ...UNPLUG, forMs: 1_000 }, [seen(500), seen(1_000)]);
    expect(stepsOf(trial)[0]).toEqual({ name: "unnoticed", afterMs: null });
  });
});

test("a long trial keeps a bounded curve", () => {
  const looks = Array.from({ length: 2_000 }, (_, i) =>
    seen(i * 300, { parts: gateway("starting", 2), proof: proof(i * 300, 1 + (i % 7), 0) }),
  );
  expect(run(KILL, looks).samples.length).toBeLessThanOrEqual(240);
});

test("a trial begins from a proof that holds, or says for what it waits", () => {
  expect(canBegin(proof(1, 0))).toBe(true);
  const unplugged = proof(1, 3, 1, { reasons: ["40380-T1: unplugged"] });
  const stale = proof(1, 0, null, { stale: true });
  expect([null, unplugged, stale].map(canBegin)).toEqual([false, false, false]);
  expect(waitsFor(null, 2, EN)).toMatch(/auditor/);
  expect(waitsFor(unplugged, 2, EN)).toBe("40380-T1: unplugged");
  expect(waitsFor(stale, 2, EN)).toBe("the counts do not agree yet");
});
