import { describe, expect, test } from "vitest";
import type { ExperimentView } from "../../../../schemas/page/experiments.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { proofView } from "../../../../schemas/testing/proof-views.ts";
import { beginTrial, observeTrial, type Trial } from "./trial.ts";

const proof = (devices: number, waiting: number, state: ProofView["state"]): ProofView =>
  proofView({ state, devices, waiting, clean: devices - waiting, summed: devices - waiting });

const kill: ExperimentView = {
  id: "kill-gateway",
  hop: "Gateway",
  order: "Kill",
  watch: "",
  part: "gateway",
  healsMs: 6_000,
};
const begun = (): Trial => beginTrial(kill, { id: kill.id, at: 0, healsAt: 6_000 }, proof(100, 0, "holds"));
const gateway = (state: string) => [{ name: "gateway", state, ms: null }];

describe("a trial", () => {
  test("keeps the moment when most was on the way", () => {
    const seen = [proof(105, 5, "catching-up"), proof(120, 20, "catching-up"), proof(125, 3, "catching-up")];
    const trial = seen.reduce(
      (t, p) => observeTrial(t, { proof: p, parts: gateway("starting"), now: 1_000 }),
      begun(),
    );
    expect(trial.worst).toMatchObject({ devices: 120, waiting: 20 });
    expect(trial.after).toBeNull();
  });

  test("counts what is clean and not summed as on the way", () => {
    const late = { ...proof(120, 0, "catching-up"), inSummary: 30, summed: 90 };
    expect(observeTrial(begun(), { proof: late, parts: [], now: 1 }).worst).toBe(late);
  });

  test.each([
    ["before its time", 5_999, "ready", "holds"],
    ["while the part is not back", 6_000, "starting", "holds"],
    ["while counts are catching up", 6_000, "ready", "catching-up"],
  ] as const)("does not end %s", (_, now, state, verdict) => {
    const trial = observeTrial(begun(), { proof: proof(130, 0, verdict), parts: gateway(state), now });
    expect(trial.after).toBeNull();
  });

  test("ends with the first proof that holds, and keeps that one", () => {
    const first = proof(130, 0, "holds");
    const ended = observeTrial(begun(), { proof: first, parts: gateway("ready"), now: 6_500 });
    expect(ended).toMatchObject({ after: first, endedAt: 6_500 });
    expect(observeTrial(ended, { proof: proof(140, 9, "catching-up"), parts: [], now: 7_000 })).toBe(ended);
  });
});
