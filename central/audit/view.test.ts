import { expect, test } from "vitest";
import { AUDIT_KEYS, isOpen } from "../../schemas/audit.ts";
import { LOST_READING } from "../../schemas/testing/findings.ts";
import { AuditView } from "./view.ts";

test("a finding stays open until its resolution, whichever is read first", () => {
  const resolution = JSON.stringify({ at: 2, by: "operator", reason: "the disk was restored" });
  const found = (view: AuditView): void =>
    view.apply(`${AUDIT_KEYS.finding}${LOST_READING.id}`, JSON.stringify(LOST_READING));
  const resolve = (view: AuditView): void =>
    view.apply(`${AUDIT_KEYS.resolution}${LOST_READING.id}`, resolution);
  const view = new AuditView();
  found(view);
  expect(view.findings.map(isOpen)).toEqual([true]);
  resolve(view);
  expect(view.findings.map(isOpen)).toEqual([false]);

  const early = new AuditView();
  resolve(early);
  expect(early.findings).toEqual([]);
  found(early);
  expect(early.findings).toMatchObject([
    { id: LOST_READING.id, resolved: { reason: "the disk was restored" } },
  ]);
});

test("a record that is no JSON, and one of the auditor's own, change nothing", () => {
  const view = new AuditView();
  view.apply(`${AUDIT_KEYS.finding}${LOST_READING.id}`, JSON.stringify(LOST_READING));
  view.apply(`${AUDIT_KEYS.finding}x`, "{");
  view.apply(AUDIT_KEYS.verdict, "no verdict");
  view.apply("station:40380", "{}");
  expect(view.findings).toEqual([LOST_READING]);
  expect(view.verdict).toBeNull();
});
