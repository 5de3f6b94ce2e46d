import { expect, test } from "vitest";
import { briefOf } from "../../../../schemas/testing/findings.ts";
import { proofView } from "../../../../schemas/testing/proof-views.ts";
import type { PartStatus, SystemStatus } from "../status.ts";
import { statusText } from "./status-text.ts";

const part: PartStatus = {
  name: "kafka",
  state: "ready",
  ms: 1_640,
  pid: 7,
  upMs: 65_000,
  url: "127.0.0.1:9092",
  restarts: 1,
  reason: "ended by SIGKILL",
  memoryBytes: 250e6,
  probe: null,
  doing: null,
  instances: [],
};
const topics: PartStatus = {
  ...part,
  name: "topics",
  pid: null,
  upMs: null,
  url: null,
  restarts: 0,
  memoryBytes: null,
};
const proof = proofView({
  state: "catching-up",
  asOf: 65_000,
  reasons: ["12 readings wait before the sums, the oldest for 11 s; they move."],
  devices: 1_016,
  waiting: 3,
  clean: 1_012,
  lost: 1,
  inSummary: 12,
  summed: 1_000,
});
const status: SystemStatus = {
  home: "/srv/elevated",
  startedAt: 0,
  pid: 6,
  memoryBytes: 50e6,
  parts: [part, topics],
  hops: [{ name: "serial", rate: 120.25, p50: 3, p95: null, waiting: 2, stillSince: null }],
  proof,
  source: null,
};

test("the stations' way from PostgreSQL: how much each replication slot keeps, and what is wrong", () => {
  const slots = [{ name: "elevated_stations", active: false, retainedBytes: 700e6 }];
  const problems = ["the replication slot elevated_stations keeps 700 MB"];
  const text = statusText({ ...status, source: { differing: 3, slots, problems } }, 0);
  expect(text).toContain(
    "Stations: replication slot elevated_stations is not read and keeps 700 MB of log, 3 stops are not yet as PostgreSQL has them.\n  the replication slot elevated_stations keeps 700 MB",
  );
});

test("processes with memory, uptime and restarts; hops; the proof with its reasons", () => {
  expect(
    statusText(status, 66_000)
      .split("\n")
      .map((line) => line.replace(/ {2,}/g, " | ")),
  ).toEqual([
    "The system in /srv/elevated",
    "",
    "part | state | process | memory | up | restarts | address",
    "kafka | ready | 7 | 250 MB | 1 min 5 s | 1 | 127.0.0.1:9092",
    "topics | done",
    "supervisor | ready | 6 | 50 MB | 1 min 6 s",
    "all | 300 MB",
    "",
    "hop | entries/s | delay p50 | p95 | entries waiting",
    "device → agent | 120.3 | 3 ms | – | 2",
    "",
    "The proof is catching up, as of 1 s ago: 1,016 counted by devices = 1,012 clean + 3 on the way + 1 lost with a cause; 1,000 summed, 12 not yet.",
    " | 12 readings wait before the sums, the oldest for 11 s; they move.",
  ]);
});

test("findings are named with the command that shows them; figures of a hop that stands still are dated", () => {
  const open = [briefOf("lost-dedup-40380-T1-7-51", "Turnstile 40380-T1: number 51")];
  const broken = proofView({
    state: "broken",
    asOf: 60_000,
    reasons: ["Turnstile 40380-T1: number 51"],
    devices: 60,
    clean: 59,
    summed: 61,
    unexplained: -1,
    miscounted: 2,
    findings: { open: 4, accounted: 0, resolved: 0 },
    open,
  });
  const hops = [{ name: "kafka", rate: null, p50: null, p95: null, waiting: 7, stillSince: 54_000 } as const];
  const text = statusText({ ...status, hops, proof: broken }, 66_000);
  expect(text).toMatch(/^gateway → dedup .* 7, as of 12 s ago$/m);
  expect(text).toContain(
    [
      "The proof IS BROKEN, as of 6 s ago: 60 counted by devices = 59 clean + 0 on the way + 1 LOST; 61 summed, 0 not yet, 2 TOO MANY.",
      "  Turnstile 40380-T1: number 51",
      "  npm run audit -- show lost-dedup-40380-T1-7-51",
      "  and 3 more: npm run audit",
    ].join("\n"),
  );
});

test("the vehicles' half has its own figures and reasons", () => {
  const fleet = {
    ...{ state: "stalled" as const, asOf: 0, inKafka: 1_204, waiting: 3, audited: 1_201, rows: 1_199 },
    ...{ repeated: 2, deadLetters: 0, reasons: ["Vehicles: PostgreSQL does not answer, since 12 s."] },
  } as const;
  expect(statusText({ ...status, proof: proofView({ fleet }) }, 0)).toContain(
    [
      "  Vehicles' events: 1,204 in Kafka, 1,199 rows, 2 again, 0 dead letters, 3 on the way.",
      "  Vehicles: PostgreSQL does not answer, since 12 s.",
    ].join("\n"),
  );
});

test("a part of several processes has a line for each", () => {
  const instance = {
    instance: 1,
    state: "ready",
    pid: 8,
    restarts: 0,
    probe: "http://127.0.0.1:9",
    memoryBytes: 60e6,
  };
  const text = statusText({ ...status, parts: [{ ...part, instances: [instance] }] }, 0);
  expect(text).toMatch(/^ {2}instance 1 +ready +8 +60 MB +http:\/\/127\.0\.0\.1:9\/metrics$/m);
});

test("a page that does not answer is said, and why a part is down stands where its address was", () => {
  const down: PartStatus = { ...part, state: "restarting", pid: null, upMs: null, memoryBytes: null };
  const text = statusText({ ...status, parts: [down], hops: null, proof: null }, 0);
  expect(text).toMatch(/^kafka +restarting +1 +ended by SIGKILL$/m);
  expect(text).toContain("The page does not answer");
});
