import { expect, test } from "vitest";
import type { DeviceView, PageState, TrainView } from "../../../../schemas/page/page.ts";
import { briefOf } from "../../../../schemas/testing/findings.ts";
import { proofView } from "../../../../schemas/testing/proof-views.ts";
import { EN } from "../texts/en/table.ts";
import { attention } from "./attention.ts";

const NOW = 100_000;
const QUIET = {
  ...{ stations: { 40380: { id: 40380, name: "Clark/Lake" } }, trains: {}, devices: {}, parts: [], hops: [] },
  ...{ secondAgents: [], proof: proofView(), silentSince: null, live: true },
} as unknown as PageState;
const said = (more: Partial<PageState>) =>
  attention({ ...QUIET, ...more }, NOW, EN).map(
    ({ subject, words }) => `${subject}${words.startsWith(":") ? "" : " "}${words}`,
  );

const device = (id: string, more: Partial<DeviceView>): DeviceView => ({
  ...{ id, kind: "turnstile", stationId: 40380, line: null, state: "offline", reason: "unplugged" },
  ...{ since: NOW - 12_000, waiting: null },
  ...more,
});
const train = (more: Partial<TrainView>): TrainView => ({
  ...{ id: "BL001", line: "blue", direction: "b", stationId: 40380, status: "in_service", at: NOW - 40_000 },
  ...{ startedAt: 0, stepMs: 5_000, stale: false },
  ...more,
});
const part = (name: string, state: string, reason: string | null = null) => ({
  ...{ name, state, ms: null, restarts: 0, reason },
});

test("a healthy system needs no attention", () => {
  expect(
    said({ parts: [part("kafka", "ready"), part("connect", "starting")], trains: { BL001: train({}) } }),
  ).toEqual([]);
});

test("devices, agents and trains in one list", () => {
  expect(
    said({
      devices: {
        "40380-T1": device("40380-T1", { waiting: 9 }),
        "40380-blue-A1": device("40380-blue-A1", { kind: "arrival", reason: "cable" }),
      },
      trains: { BL001: train({ status: "broken_down" }), BL002: train({ id: "BL002", stale: true }) },
    }),
  ).toEqual([
    "Turnstile 40380-T1: unplugged, 12 s ago. 9 readings wait there.",
    "Sensor 40380-blue-A1: cable, 12 s ago. Trains may pass unseen.",
    "Train BL001 is broken down at Clark/Lake.",
    "Train BL002 has not been seen for 40 s, last at Clark/Lake.",
  ]);
});

test("processes with their reason, and hops that stand still, come first", () => {
  const hop = { name: "kafka", rate: 0, p50: null, p95: null, waiting: 34, stillSince: NOW - 5_000 } as const;
  expect(
    said({
      parts: [part("gateway", "restarting", "ended by SIGKILL"), part("kafka", "failed", "no space left")],
      hops: [hop, { ...hop, name: "ksql", waiting: 0 }],
      devices: { "40380-T1": device("40380-T1", {}) },
    }),
  ).toEqual([
    "Process gateway is started again: ended by SIGKILL.",
    "Process kafka has failed: no space left.",
    "Gateway → received once 34 wait; nothing has moved for 5 s.",
    "Turnstile 40380-T1: unplugged, 12 s ago.",
  ]);
});

test("a silent auditor is one fact, and an open finding the gravest", () => {
  const open = [briefOf("lost-1", "3 entries of 40380-T1 are lost.")];
  expect(said({ proof: proofView({ stale: true, asOf: NOW - 30_000, open }) })).toEqual([
    "3 entries of 40380-T1 are lost. ",
    "The auditor has said nothing for 30 s.",
  ]);
});
