import { describe, expect, test } from "vitest";
import { STATIONS } from "../../../../../schemas/network/network.ts";
import type { Incident } from "../../../../../schemas/page/incidents.ts";
import { LOST_READING } from "../../../../../schemas/testing/findings.ts";
import { proofView } from "../../../../../schemas/testing/proof-views.ts";
import { BEGAN, devices, part, situation } from "../testing/situations.ts";
import { FLAPPING_MS, Incidents, KEPT } from "./incidents.ts";

const T1 = ["40380-T1"];
type Given = Parameters<typeof situation>[1];

/** A look each second from one to another. */
function looks(incidents: Incidents, from: number, to: number, given: Given = {}): void {
  for (let second = from; second <= to; second++) incidents.observe(situation(second, given));
}

function watching(): Incidents {
  const incidents = new Incidents();
  incidents.observe(situation(0));
  return incidents;
}

function only(incidents: Incidents): Incident {
  const [first, ...others] = incidents.all();
  if (!first || others.length > 0) throw new Error(`there are ${incidents.all().length} incidents`);
  return first;
}

describe("an unplugged turnstile", () => {
  test("is an incident from its beginning to the last reading that waited", () => {
    const incidents = watching();
    looks(incidents, 10, 14, { devices: devices(T1, "offline", 10, 4) });
    expect(only(incidents)).toMatchObject({
      id: "device-40380-T1-20261130T080010Z",
      title: "Turnstile 40380-T1 of Clark/Lake is silent",
      severity: "minor",
      since: BEGAN + 10_000,
      openedAt: BEGAN + 13_000,
      stations: [40_380],
      reason: "unplugged",
      backAt: null,
      endedAt: null,
      waiting: 4,
    });
    looks(incidents, 15, 29, { devices: devices(T1, "offline", 10, 30) });
    looks(incidents, 30, 31, { devices: devices(T1, "online", 30, 34) });
    expect(only(incidents)).toMatchObject({ backAt: BEGAN + 30_000, endedAt: null, waiting: 34 });
    looks(incidents, 32, 40, { devices: devices(T1, "online", 30) });
    expect(only(incidents)).toMatchObject({
      endedAt: BEGAN + 32_000,
      worst: { at: BEGAN + 30_000, waiting: 34 },
      lost: 0,
      times: 1,
      ending:
        "Heard again after 20 s. What waited came through within 2 s: 34 readings at most. Nothing was lost.",
    });
    const { most } = only(incidents).series;
    expect(most.slice(0, 8)).toEqual([null, null, null, 4, 4, 30, 30, 30]);
    expect(most.slice(-3)).toEqual([34, 34, 0]);
  });

  test("that is back within three seconds was none", () => {
    const incidents = watching();
    looks(incidents, 10, 12, { devices: devices(T1, "offline", 10) });
    looks(incidents, 13, 60, { devices: devices(T1, "online", 13) });
    expect(incidents.all()).toEqual([]);
  });

  test("that is pulled again while it sends what waited goes on", () => {
    const incidents = watching();
    looks(incidents, 10, 20, { devices: devices(T1, "offline", 10, 4) });
    looks(incidents, 21, 22, { devices: devices(T1, "online", 21, 40) });
    looks(incidents, 23, 23, { devices: devices(T1, "offline", 23, 30) });
    expect(only(incidents)).toMatchObject({ backAt: null, endedAt: null, times: 1 });
  });

  test("with a loose plug is one incident, not ten", () => {
    const incidents = watching();
    for (let second = 10; second < 100; second += 10) {
      looks(incidents, second, second + 4, { devices: devices(T1, "offline", second) });
      looks(incidents, second + 5, second + 9, { devices: devices(T1, "online", second + 5) });
    }
    expect(only(incidents)).toMatchObject({ since: BEGAN + 10_000, times: 9, endedAt: BEGAN + 95_000 });
    const later = 95 + FLAPPING_MS / 1_000;
    looks(incidents, later, later + 3, { devices: devices(T1, "offline", later) });
    expect(incidents.all()).toHaveLength(2);
  });

  test("of the readings that came through, the one that took longest is kept, and no other device's", () => {
    const incidents = watching();
    looks(incidents, 10, 20, { devices: devices(T1, "offline", 10, 4) });
    const at = BEGAN + 21_000;
    const trace = (deviceId: string, ms: number) => ({
      ...{ deviceId, device: at - ms, edge: at - 20, gateway: at - 15, dedup: at, page: at + 5 },
    });
    for (const [id, ms] of [
      ["40380-T1", 9_000],
      ["40380-T1", 10_500],
      ["40380-T1", 8_000],
      ["40380-T2", 30_000],
    ] as const)
      incidents.reading(trace(id, ms), at + 5);
    expect(only(incidents).trace).toEqual(trace("40380-T1", 10_500));
  });
});

describe("what begins together is one incident", () => {
  test("two devices of a station", () => {
    const incidents = watching();
    const both = { ...devices(T1, "offline", 10), ...devices(["40380-T2"], "offline", 12) };
    looks(incidents, 10, 20, { devices: both });
    expect(only(incidents)).toMatchObject({
      id: "device-40380-20261130T080010Z",
      title: "2 devices of Clark/Lake are silent",
      covers: ["device 40380-T1", "device 40380-T2"],
    });
    looks(incidents, 21, 30, { devices: { ...both, ...devices(T1, "online", 21) } });
    expect(only(incidents).endedAt).toBeNull();
    looks(incidents, 31, 31, { devices: devices([...T1, "40380-T2"], "online", 31) });
    expect(only(incidents).endedAt).toBe(BEGAN + 31_000);
  });

  test("but a city's silence is not that of the one device that was back a moment ago", () => {
    const incidents = watching();
    looks(incidents, 10, 14, { devices: devices(T1, "offline", 10) });
    looks(incidents, 15, 19, { devices: devices(T1, "online", 15) });
    const all = STATIONS.map(({ id }) => `${id}-T1`);
    looks(incidents, 20, 24, { devices: devices(all, "offline", 20) });
    expect(incidents.all().map(({ id }) => id)).toEqual([
      "device-city-20261130T080020Z",
      "device-40380-T1-20261130T080010Z",
    ]);
  });

  test("the agents of a city whose process was killed, besides that process", () => {
    const incidents = watching();
    const all = STATIONS.map(({ id }) => `${id}-T1`);
    const killed = { parts: [part("edge", "starting", "ended by SIGKILL", 1)] };
    looks(incidents, 10, 11, killed);
    looks(incidents, 12, 18, { ...killed, devices: devices(all, "stale", 11) });
    expect(incidents.all().map(({ id, title, severity }) => ({ id, title, severity }))).toEqual([
      {
        id: "agent-city-20261130T080011Z",
        title: `${STATIONS.length} agents are not connected`,
        severity: "major",
      },
      {
        id: "process-edge-20261130T080010Z",
        title: "Process edge ended, and was started again",
        severity: "minor",
      },
    ]);
    looks(incidents, 19, 20, {
      parts: [part("edge", "ready", null, 1)],
      devices: devices(all, "online", 19),
    });
    expect(incidents.all().map(({ endedAt }) => endedAt !== null)).toEqual([true, true]);
  });
});

describe("no incident", () => {
  test("is a normal start: agents that come a while after the server, and parts that become ready", () => {
    const incidents = new Incidents();
    looks(incidents, 0, 14, { devices: devices([...T1, "41400-T1"], "stale", -50_000) });
    looks(incidents, 15, 60, { parts: [part("connect", "starting")] });
    expect(incidents.all()).toEqual([]);
  });

  test("is a loss with a cause, nor what waits and moves", () => {
    const incidents = watching();
    const hop = { name: "kafka", rate: 3, p50: 1, p95: 2, waiting: 34, stillSince: null } as const;
    looks(incidents, 10, 60, { hops: [hop], findings: [{ ...LOST_READING, cause: "dead-letter" }] });
    expect(incidents.all()).toEqual([]);
  });
});

describe("a killed process", () => {
  const killed = { parts: [part("gateway", "restarting", "ended by SIGKILL")] };
  const back = { parts: [part("gateway", "ready", null, 1)] };
  const inFlight = (since: number | null) => [
    { hop: "outbox", waiting: 0, since, movedAt: 0, state: "holds" } as const,
  ];

  test("goes on until what had waited is through, by a verdict of after its return", () => {
    const incidents = watching();
    looks(incidents, 10, 11, { ...killed, proof: proofView({ waiting: 40, inSummary: 2 }) });
    expect(only(incidents)).toMatchObject({ waiting: 42, backAt: null });
    looks(incidents, 12, 13, { ...back, asOf: 11 });
    expect(only(incidents)).toMatchObject({ backAt: BEGAN + 12_000, endedAt: null });
    looks(incidents, 14, 15, { ...back, inFlight: inFlight(BEGAN + 10_500) });
    expect(only(incidents)).toMatchObject({ backAt: BEGAN + 12_000, endedAt: null });
    looks(incidents, 16, 16, { ...back, inFlight: inFlight(BEGAN + 15_500) });
    expect(only(incidents).endedAt).toBe(BEGAN + 16_000);
  });

  test("that cannot start is graver", () => {
    const incidents = watching();
    looks(incidents, 10, 11, killed);
    looks(incidents, 12, 12, { parts: [part("gateway", "failed", "no space left")] });
    expect(only(incidents)).toMatchObject({
      severity: "major",
      title: "Process gateway has failed",
      reason: "no space left",
    });
  });

  test("whose backlog is never seen to drain ends all the same, and says so", () => {
    const incidents = watching();
    looks(incidents, 10, 11, killed);
    looks(incidents, 12, 620, { ...back, inFlight: inFlight(BEGAN) });
    expect(only(incidents).ending).toMatch(
      /^Running again after 2 s\. Whether all that waited came through was not/,
    );
  });
});

test("a finding is critical at once, and ends by an operator's word", () => {
  const incidents = watching();
  const firstSeen = BEGAN + 5_000;
  looks(incidents, 10, 10, { findings: [{ ...LOST_READING, firstSeen }] });
  expect(only(incidents)).toMatchObject({
    id: "finding-lost-dedup-40380-T1-1700000000-51-20261130T080005Z",
    severity: "critical",
    covers: [`finding ${LOST_READING.id}`],
  });
  const resolved = { at: BEGAN + 20_000, by: "ops", reason: "offsets were reset by hand" };
  looks(incidents, 20, 20, { findings: [{ ...LOST_READING, firstSeen, resolved }] });
  expect(only(incidents).ending).toBe("Resolved by ops: offsets were reset by hand.");
});

test("a trial is one, and what begins during it says so", () => {
  const incidents = watching();
  const experiment = {
    ...{ id: "unplug-device", hop: "Device", order: "Unplug for 20 s", watch: "", part: null },
    ...{ target: "40380-T1", forMs: 20_000 },
  };
  incidents.order({ experiment, at: BEGAN + 10_000 }, situation(10));
  looks(incidents, 11, 29, {
    devices: devices(T1, "offline", 11, 5),
    proof: proofView({ state: "stalled" }),
  });
  const [device, trial] = incidents.all();
  expect(trial).toMatchObject({ title: "Break it: Device, unplug for 20 s", trial: null, backAt: null });
  expect(device).toMatchObject({ kind: "device", trial: trial?.id });
  looks(incidents, 30, 31, {
    devices: devices(T1, "online", 30),
    proof: proofView({ state: "catching-up" }),
  });
  expect(incidents.get(trial?.id ?? "")).toMatchObject({ backAt: BEGAN + 30_000, endedAt: null });
  looks(incidents, 32, 32, { devices: devices(T1, "online", 30) });
  expect(incidents.get(trial?.id ?? "")?.endedAt).toBe(BEGAN + 32_000);
});

test("the newest are kept, and what is forgotten is forgotten in Kafka too", () => {
  const incidents = watching();
  for (let i = 0; i < KEPT + 5; i++) {
    looks(incidents, 10 * i, 10 * i, { parts: [part(`p${i}`, "failed")] });
    looks(incidents, 10 * i + 1, 10 * i + 1);
  }
  expect(incidents.all()).toHaveLength(KEPT);
  expect(incidents.all().at(-1)?.covers).toEqual(["process p5"]);
  const gone = [...incidents.unwritten(BEGAN)].filter(([, incident]) => incident === null);
  expect(gone).toHaveLength(5);
});

describe("after a restart, and with a second dashboard", () => {
  const topic = new Map<string, Incident | null>();
  /** What the first would write, read by the second. */
  function told(from: Incidents, to: Incidents, second: number): void {
    const now = BEGAN + 1_000 * second;
    const records = from.unwritten(now);
    for (const [id, incident] of records) {
      topic.set(id, incident);
      to.hear(id, incident, now);
    }
    from.written(records, now);
  }

  test("an incident goes on under its name, and one that is over meanwhile ends when that is known", () => {
    const first = watching();
    looks(first, 10, 20, { devices: devices([...T1, "41400-T1"], "offline", 10, 4) });
    expect(first.all()).toHaveLength(2);
    const second = new Incidents();
    told(first, second, 20);
    // Also before the first look.
    const id = "device-40380-T1-20261130T080010Z";
    const at = BEGAN + 20_000;
    const trace = { deviceId: "40380-T1", device: at - 50, edge: at, gateway: at, dedup: at, page: at };
    second.reading(trace, at);
    expect(second.get(id)?.trace).toEqual(trace);
    looks(second, 30, 31, {
      devices: { ...devices(T1, "offline", 10, 9), ...devices(["41400-T1"], "online", 25) },
    });
    expect(second.all().map(({ id }) => id)).toEqual(first.all().map(({ id }) => id));
    looks(second, 32, 40, {
      devices: { ...devices(T1, "offline", 10, 9), ...devices(["41400-T1"], "online", 25) },
    });
    const [clark, roosevelt] = ["40380", "41400"].map((id) =>
      second.all().find((one) => one.id.includes(id)),
    );
    expect(clark).toMatchObject({ endedAt: null, waiting: 9, times: 1 });
    expect(roosevelt).toMatchObject({ backAt: BEGAN + 25_000, endedAt: BEGAN + 30_000 });
    expect(second.isKept(clark?.id ?? "")).toBe(true);
  });

  test("what was written before its end, and is read after it, does not open it again", () => {
    const first = watching();
    looks(first, 10, 20, { devices: devices(T1, "offline", 10, 4) });
    const second = new Incidents();
    told(first, second, 20);
    const [before] = second.all();
    looks(second, 21, 26, { devices: devices(T1, "online", 21) });
    expect(only(second).endedAt).toBe(BEGAN + 25_000);
    if (before) second.hear(before.id, before, BEGAN + 26_500);
    expect(only(second).endedAt).toBe(BEGAN + 25_000);
  });

  test("two that see a process end at different moments have one incident of it", () => {
    const [one, other] = [watching(), watching()];
    const killed = { parts: [part("gateway", "restarting", "ended by SIGKILL")] };
    looks(one, 10, 11, killed);
    looks(other, 11, 11, killed);
    told(other, one, 11);
    told(one, other, 11);
    for (const dashboard of [one, other]) expect(only(dashboard).id).toBe("process-gateway-20261130T080010Z");
    expect([...topic].filter(([, incident]) => incident === null).map(([id]) => id)).toEqual([
      "process-gateway-20261130T080011Z",
    ]);
  });

  test("what a trial of another dashboard's page does is known here", () => {
    const [one, other] = [watching(), watching()];
    const experiment = {
      ...{
        id: "kill-ksql",
        hop: "ksqlDB",
        order: "Kill",
        watch: "",
        part: "ksql",
        target: null,
        forMs: null,
      },
    };
    one.order({ experiment, at: BEGAN + 10_000 }, situation(10));
    told(one, other, 10);
    looks(other, 11, 14, { parts: [part("ksql", "ready")] });
    expect(only(other)).toMatchObject({ kind: "trial", endedAt: null });
  });
});
