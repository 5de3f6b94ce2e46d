import { describe, expect, test } from "vitest";
import type { Finding } from "../../../schemas/audit.ts";
import { type Fact, Findings } from "./findings.ts";

const at = (offset: number, partition = 0) => ({ topic: "clean", partition, offset });
const LOST: Fact = {
  kind: "lost",
  hop: "dedup",
  deviceId: "40380-T1",
  bootId: 7,
  from: 51,
  to: 51,
  stationId: 40380,
  reading: "turnstile",
  evidence: at(3),
  detail: "in raw, and not in the clean topic",
};
const DOUBLED: Fact = { ...LOST, kind: "doubled", evidence: at(9), detail: "twice" };

function reported(...facts: readonly Fact[]): Findings {
  const findings = new Findings();
  facts.forEach((fact, i) => void findings.report(fact, i + 1));
  return findings;
}

const restored = (from: Findings): Findings => {
  const findings = new Findings();
  for (const finding of from.all) findings.restore(JSON.parse(JSON.stringify(finding)) as Finding);
  return findings;
};

describe("findings", () => {
  test("neighbouring numbers of one device and boot are one, which grows", () => {
    const findings = reported(
      LOST,
      { ...LOST, from: 52, to: 60, evidence: at(4) },
      { ...LOST, from: 70, to: 70 },
    );
    expect([...findings.all]).toMatchObject([
      {
        id: "lost-dedup-40380-T1-7-51",
        readings: 11,
        ranges: [
          { from: 51, to: 60 },
          { from: 70, to: 70 },
        ],
        evidence: [at(3), at(3)],
        firstSeen: 1,
        lastSeen: 3,
      },
    ]);
    expect(findings.counts).toEqual({ open: 1, accounted: 0, resolved: 0 });
  });

  test("other devices, boots, kinds, hops and causes have findings of their own", () => {
    const findings = reported(
      LOST,
      { ...LOST, deviceId: "40380-T2" },
      { ...LOST, bootId: 8 },
      DOUBLED,
      { ...LOST, hop: "gateway" },
      { ...LOST, cause: "dead-letter" },
    );
    expect(findings.counts).toEqual({ open: 5, accounted: 1, resolved: 0 });
  });

  test("the same fact is told once, also to an auditor that reads the records again", () => {
    const findings = restored(reported(LOST, DOUBLED, { ...DOUBLED, from: 51, to: 51, evidence: at(12) }));
    for (const fact of [LOST, DOUBLED, { ...DOUBLED, evidence: at(12) }]) findings.report(fact, 99);
    expect(findings.changes().size).toBe(0);
    expect([...findings.all].map(({ kind, readings }) => [kind, readings])).toEqual([
      ["lost", 1],
      ["doubled", 2],
    ]);
  });

  test("a resolved one stays resolved, and what comes after it is a finding of its own", () => {
    const findings = reported(LOST);
    const [first] = findings.changes().values();
    findings.resolve(first?.id ?? "", { at: 2, by: "operator", reason: "known" });
    findings.report(LOST, 3);
    expect(findings.counts).toEqual({ open: 0, accounted: 0, resolved: 1 });
    findings.report({ ...LOST, from: 52, to: 52 }, 4);
    expect(findings.counts).toEqual({ open: 1, accounted: 0, resolved: 1 });
    expect([...findings.changes().values()]).toMatchObject([{ id: "lost-dedup-40380-T1-7-52", readings: 1 }]);
    const again = restored(findings);
    again.resolve("lost-dedup-40380-T1-7-51", { at: 2, by: "operator", reason: "known" });
    again.report({ ...LOST, from: 53, to: 53 }, 5);
    expect([...again.changes().values()]).toMatchObject([{ id: "lost-dedup-40380-T1-7-52", readings: 2 }]);
  });

  test("a sum that is wrong is one finding, that follows the difference, until it is explained", () => {
    const findings = new Findings();
    findings.miscounted(40380, 0, at(1), 1);
    findings.miscounted(40380, 50, at(2), 2);
    findings.miscounted(40380, 50, at(3), 3);
    findings.miscounted(40380, 48, at(4), 4);
    // It agrees again: what was shown meanwhile was wrong all the same.
    findings.miscounted(40380, 0, at(5), 5);
    const [only] = findings.all;
    expect(only).toMatchObject({ readings: 48, stationId: 40380, evidence: [at(2), at(4)], lastSeen: 4 });
    findings.resolve(only?.id ?? "", { at: 6, by: "operator", reason: "known" });
    findings.miscounted(40380, 48, at(7), 7);
    expect(findings.counts).toMatchObject({ open: 0 });
    findings.miscounted(40380, 49, at(8), 8);
    expect([...findings.all].at(-1)).toMatchObject({ readings: 1, id: "miscounted-summary-40380-2" });
  });

  test("a loss that was accounted for is withdrawn when the readings come after all", () => {
    const left = { ...LOST, cause: "outbox-lost", hop: "outbox", from: 51, to: 60 } as const;
    const findings = reported(left);
    findings.withdraw({ ...left, from: 51, to: 55 }, 2);
    expect([...findings.changes().values()]).toMatchObject([{ readings: 5, ranges: [{ from: 56, to: 60 }] }]);
    findings.withdraw({ ...left, from: 40, to: 60 }, 3);
    expect([...findings.changes()]).toEqual([["lost-outbox-40380-T1-7-51", null]]);
    expect(findings.counts.accounted).toBe(0);
  });

  test("a flood of them takes bounded memory, and is still counted", () => {
    const findings = new Findings();
    for (let boot = 1; boot <= 5_000; boot++) findings.report({ ...LOST, bootId: boot }, boot);
    const all = [...findings.all];
    expect(all.length).toBeLessThan(2_100);
    expect(all.reduce((sum, { readings }) => sum + readings, 0)).toBe(5_000);
    const scattered = new Findings();
    for (let n = 1; n <= 1_000; n++) scattered.report({ ...LOST, from: 2 * n, to: 2 * n }, n);
    const [only] = scattered.all;
    expect(only?.readings).toBe(1_000);
    expect(only?.ranges.length).toBe(64);
  });
});
