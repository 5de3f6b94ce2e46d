import { expect, test } from "vitest";
import { AUDIT_KEYS, type Finding, isOpen } from "../../schemas/audit.ts";
import { AuditView } from "./view.ts";

const LOST: Finding = {
  id: "lost-dedup-40380-T1-1700000000-51",
  kind: "lost",
  hop: "dedup",
  cause: null,
  deviceId: "40380-T1",
  bootId: 1_700_000_000,
  ranges: [{ from: 51, to: 51 }],
  readings: 1,
  stationId: 40380,
  reading: "turnstile",
  evidence: [{ topic: "org.chicago.cta.readings.raw", partition: 0, offset: 7 }],
  firstSeen: 1,
  lastSeen: 1,
  detail: "in raw, and not in the clean topic",
  resolved: null,
};

test("a finding stays open until its resolution, whichever is read first", () => {
  const resolution = JSON.stringify({ at: 2, by: "operator", reason: "the disk was restored" });
  const found = (view: AuditView): void =>
    view.apply(`${AUDIT_KEYS.finding}${LOST.id}`, JSON.stringify(LOST));
  const resolve = (view: AuditView): void => view.apply(`${AUDIT_KEYS.resolution}${LOST.id}`, resolution);
  const view = new AuditView();
  found(view);
  expect(view.findings.map(isOpen)).toEqual([true]);
  resolve(view);
  expect(view.findings.map(isOpen)).toEqual([false]);

  const early = new AuditView();
  resolve(early);
  expect(early.findings).toEqual([]);
  found(early);
  expect(early.findings).toMatchObject([{ id: LOST.id, resolved: { reason: "the disk was restored" } }]);
});

test("a record that is no JSON, and one of the auditor's own, change nothing", () => {
  const view = new AuditView();
  view.apply(`${AUDIT_KEYS.finding}${LOST.id}`, JSON.stringify(LOST));
  view.apply(`${AUDIT_KEYS.finding}x`, "{");
  view.apply(AUDIT_KEYS.verdict, "no verdict");
  view.apply("station:40380", "{}");
  expect(view.findings).toEqual([LOST]);
  expect(view.verdict).toBeNull();
});
