import { afterEach, expect, test, vi } from "vitest";
import { syntheticRows } from "../../../infra/runtime/testing/synthetic-network.ts";
import { turnstileId } from "../../../schemas/network/devices.ts";
import { networkOf } from "../../../schemas/network/network.ts";
import { partitionOf, topicNames } from "../../../schemas/topics.ts";
import { Auditor } from "./auditor.ts";
import { BootAudit } from "./boot.ts";
import type { BatchSeen, SliceSeen } from "./events.ts";
import { VerdictMaker } from "./verdict.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const PARTITIONS = 4;
const topics = topicNames("");

/** Raw records of these stations, readings `from` to `to` of the turnstile of each. */
function rawOf(stations: readonly number[], offset: number, from: number, to: number): readonly SliceSeen[] {
  return Array.from({ length: PARTITIONS }, (_, partition): SliceSeen => {
    const own = stations.filter((id) => partitionOf(id, PARTITIONS) === partition);
    const seen = own.map((stationId, n): BatchSeen => {
      const run = { deviceId: turnstileId(stationId, 1), bootId: 1, from, to, contents: null };
      return { kind: "batch", offset: offset + n, since: 0, stationId, agentBoot: 1, runs: [run] };
    });
    const next = offset + seen.length;
    const at = { topic: topics.raw, topicId: "raw", partition, from: offset, start: 0, next, end: next };
    return { ...at, place: { role: "raw" }, madeAnew: false, seen };
  });
}

test("a verdict counts again what has changed, and no other device of ten thousand stations", () => {
  const network = networkOf(syntheticRows(10_000));
  const ids = network.stations.map(({ id }) => id);
  const auditor = new Auditor({
    topics,
    partitions: PARTITIONS,
    network,
    copyOf: (kind, id) => `${kind}.${id}`,
  });
  const verdicts = new VerdictMaker(auditor);
  auditor.take({ n: 1, now: 0, slices: rawOf(ids, 0, 1, 5) });
  const flights = vi.spyOn(BootAudit.prototype, "flights", "get");
  const counted = (): number => {
    flights.mockClear();
    expect(verdicts.make(0, 0).turnstiles.inDedup).toBeGreaterThanOrEqual(50_000);
    return flights.mock.calls.length;
  };
  expect(counted()).toBe(10_000);
  expect(counted()).toBe(0);
  auditor.take({ n: 2, now: 250, slices: rawOf(ids.slice(0, 3), 10_000, 6, 7) });
  expect(counted()).toBe(3);
  expect(verdicts.make(0, 0).turnstiles.inDedup).toBe(50_006);
});
