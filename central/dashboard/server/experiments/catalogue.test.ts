import { expect, test } from "vitest";
import type { DeviceView, PartView } from "../../../../schemas/page/page.ts";
import { experimentsOf, experimentView } from "./catalogue.ts";

const turnstile = (id: string, state: DeviceView["state"] = "online"): DeviceView => {
  const of = { kind: "turnstile", stationId: Number.parseInt(id, 10), line: null } as const;
  return { id, ...of, state, reason: "", since: 0, waiting: null };
};
const devices = (...all: readonly DeviceView[]) => Object.fromEntries(all.map((each) => [each.id, each]));
const part = (name: string): PartView => ({ name, state: "ready", ms: 1, restarts: 0, reason: null });
const struck = (experiments: ReturnType<typeof experimentsOf>) =>
  experiments.map(({ target, part }) => target ?? part);

test("faults strike the busiest station that is heard, so that one running line has them too", () => {
  // Lake has more entries than Clark/Lake, and Howard fewer.
  const red = devices(turnstile("40900-T1"), turnstile("41660-T2"), turnstile("41660-T1"));
  expect(struck(experimentsOf({ devices: red, parts: [], faults: [] })).slice(0, 3)).toEqual([
    "41660-T1",
    "41660-T1",
    "41660",
  ]);
  const silent = devices(turnstile("40900-T1"), turnstile("41660-T1", "offline"));
  expect(struck(experimentsOf({ devices: silent, parts: [], faults: [] }))[0]).toBe("40900-T1");
});

test("where no turnstile is heard only processes can be killed", () => {
  expect(struck(experimentsOf({ devices: {}, parts: [], faults: [] }))).toEqual([
    "edge",
    "gateway",
    "kafka",
    "ksql",
  ]);
});

test("of three brokers the first is killed, and what does not run is not offered", () => {
  const parts = ["kafka-1", "kafka-2", "kafka-3", "gateway", "edge", "connect"].map(part);
  expect(struck(experimentsOf({ devices: {}, parts, faults: [] }))).toEqual(["edge", "gateway", "kafka-1"]);
});

test("of what the supervisor can do, what it can do here is offered: a clone only where a station is heard", () => {
  const faults = ["slow-kafka", "cloned-agent"] as const;
  const ids = (heard: ReturnType<typeof devices>) =>
    experimentsOf({ devices: heard, parts: [part("kafka")], faults }).map(({ id }) => id);
  expect(ids({})).toEqual(["kill-kafka", "slow-kafka"]);
  expect(ids(devices(turnstile("41660-T1"))).slice(-3)).toEqual(["kill-kafka", "slow-kafka", "cloned-agent"]);
  const clone = experimentsOf({ devices: devices(turnstile("41660-T1")), parts: [], faults }).at(-1);
  expect(clone).toMatchObject({
    target: "41660",
    part: null,
    effect: { system: "cloned-agent", target: "41660" },
  });
});

test("the view of an experiment leaves its effect out", () => {
  const [first] = experimentsOf({ devices: devices(turnstile("41660-T1")), parts: [], faults: [] });
  expect(first && experimentView(first)).toMatchObject({
    id: "unplug-device",
    target: "41660-T1",
    forMs: 20_000,
  });
  expect(first && experimentView(first)).not.toHaveProperty("effect");
});
