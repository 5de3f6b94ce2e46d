import { describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/runtime/clock.ts";
import { memoryKafka } from "../../../infra/runtime/kafka/testing/memory.ts";
import { AUDIT_KEYS, type Finding, type Verdict } from "../../../schemas/audit.ts";
import { reasonOf, toResolve } from "./resolve.ts";
import { factsText, listText, verdictText } from "./text.ts";
import { readAudit } from "./topic.ts";

const lost: Finding = {
  id: "lost-dedup-40380-T1-7-51",
  kind: "lost",
  hop: "dedup",
  cause: null,
  deviceId: "40380-T1",
  bootId: 7,
  ranges: [
    { from: 51, to: 60 },
    { from: 70, to: 70 },
  ],
  readings: 11,
  stationId: 40380,
  reading: "turnstile",
  evidence: [{ topic: "raw", partition: 1, offset: 12 }],
  firstSeen: 0,
  lastSeen: 1_000,
  detail: "in raw, and not in the clean topic",
  resolved: null,
};
const dead: Finding = { ...lost, id: "lost-dedup-40380-T2-7-1", cause: "dead-letter" };
const resolution = { at: 2_000, by: "operator", reason: "the disk was restored" };
const done: Finding = { ...lost, id: "lost-dedup-40380-T3-7-1", resolved: resolution };
const equation: Verdict["turnstiles"] = {
  numbered: 100,
  inDevices: 0,
  inOutboxes: 0,
  inGateway: 0,
  inDedup: 0,
  clean: 89,
  unaudited: 0,
  lost: 0,
  lostBy: { "dead-letter": 0, quarantine: 0, "ring-full": 0, "memory-erased": 0, "outbox-lost": 0 },
  unexplained: -11,
  inSummary: 0,
  summed: 89,
  miscounted: 0,
  repeated: 0,
};
const verdict: Verdict = {
  state: "broken",
  since: 0,
  asOf: 9_000,
  reasons: ["Turnstile 40380-T1: …"],
  turnstiles: equation,
  arrivals: { ...equation, clean: 1 },
  inFlight: [],
  silent: [],
  findings: { open: 1, accounted: 1, resolved: 1 },
  positions: {},
};

describe("the list", () => {
  test("says the verdict, its age, and what was counted", () => {
    expect(verdictText(verdict, 10_000)).toBe(
      [
        "The proof IS BROKEN, for 10 s (as of 1 s ago).",
        "  89 entries and 1 arrival are clean; 1 open finding, 1 loss with a cause, 1 resolved.",
      ].join("\n"),
    );
    const stalled = { ...verdict, state: "stalled", reasons: ["9 readings wait before dedup."] } as const;
    expect(verdictText(stalled, 10_000)).toContain("\n  9 readings wait before dedup.\n");
  });

  test("names an auditor that is silent, and one that never spoke", () => {
    expect(verdictText(verdict, 70_000)).toContain("silent since then: npm run status");
    expect(verdictText(null, 70_000)).toContain("No auditor has said anything yet");
  });

  test("names what is open, with the commands that go on from there", () => {
    expect(listText([lost, dead, done], false, 60_000).split("\n")).toEqual([
      "OPEN  Turnstile 40380-T1: numbers 51–60, 70, in raw, and not in the clean topic.",
      "  lost-dedup-40380-T1-7-51, first seen 60 s ago",
      "",
      "2 more findings are accounted for: npm run audit -- list --all",
      "The records that show one: npm run audit -- show lost-dedup-40380-T1-7-51",
      'Once it is understood:     npm run audit -- resolve lost-dedup-40380-T1-7-51 --reason "…"',
    ]);
  });

  test("with --all: the others too, with their cause or with what came of them", () => {
    const text = listText([dead, done], true, 60_000);
    expect(text).toContain("LOST (dead-letter)  Turnstile");
    expect(text).toContain("RESOLVED (operator: the disk was restored)  Turnstile");
    expect(text).not.toContain("resolve lost");
    expect(listText([], true, 0)).toBe("");
  });
});

test("a finding is shown with all of its numbers", () => {
  const text = factsText(done);
  for (const fact of ["numbers     51–60, 70", "boot        7", "by operator: the disk was restored"])
    expect(text).toContain(fact);
});

describe("resolving", () => {
  test("takes what is open, once, and all of it without ids", () => {
    expect(toResolve([lost, dead, done], [lost.id, lost.id])).toEqual([lost]);
    expect(toResolve([lost, dead, done], undefined)).toEqual([lost]);
  });

  test.each([
    ["an id that is misspelt", "lost-dedup-40380-T1-7-52", "did you mean lost-dedup-40380-T1-7-51"],
    ["what is resolved", done.id, "resolved already, by operator: the disk was restored"],
    ["a loss with a cause", dead.id, "does not break the proof"],
  ])("refuses %s, and then resolves nothing", (_, id, words) => {
    expect(() => toResolve([lost, dead, done], [lost.id, id])).toThrow(words);
  });

  test("asks for a reason", () => {
    expect(() => reasonOf(undefined)).toThrow("--reason");
    expect(() => reasonOf("  ")).toThrow("--reason");
    expect(() => reasonOf("x".repeat(501))).toThrow("500 at most");
    expect(reasonOf(" an old copy was put back ")).toBe("an old copy was put back");
  });
});

test("the whole topic is read, and what is no JSON is passed over", async () => {
  const kafka = memoryKafka();
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: "audit", partitions: 1 }]);
  const write = (key: string, value: string): void => {
    kafka.append([{ topic: "audit", partition: 0, key: Buffer.from(key), value: Buffer.from(value) }]);
  };
  write(AUDIT_KEYS.finding + lost.id, JSON.stringify(lost));
  write(AUDIT_KEYS.verdict, "{");
  write(AUDIT_KEYS.resolution + lost.id, JSON.stringify(resolution));
  const reader = kafka.logReader({ headers: [] });
  const view = await readAudit(kafka, reader, "audit", systemClock);
  await reader.stop();
  expect(view.findings).toEqual([{ ...lost, resolved: resolution }]);
  expect(view.verdict).toBeNull();
});
