import { Registry } from "prom-client";
import { afterEach, expect, test, vi } from "vitest";
import { until } from "../../infra/runtime/kafka/testing/contract-support.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { syntheticRows } from "../../infra/runtime/testing/synthetic-network.ts";
import { turnstileId } from "../../schemas/network/devices.ts";
import { networkOf } from "../../schemas/network/network.ts";
import { partitionOf, stationTopic, topicNames } from "../../schemas/topics.ts";
import { startDedup } from "./dedup.ts";
import { StationCounts } from "./station.ts";
import { batch, rawWriter, run } from "./testing/raw.ts";
import { prepareTopics } from "./topics.ts";

/*
 * What dedup does must not grow faster than what there is: these count its work at one size and at another.
 */
const topics = topicNames("t.");
let stop: () => Promise<void>;
afterEach(() => stop());

async function started(stations: number, partitions: number, perStation: boolean) {
  const kafka = memoryKafka(() => 5_000_000);
  const registry = memoryRegistry();
  const network = networkOf(syntheticRows(stations));
  const admin = await kafka.admin();
  await prepareTopics(admin, topics, partitions);
  if (perStation) {
    for (const { id } of network.stations) {
      const both = [stationTopic("arrivals", id, "t."), stationTopic("turnstiles", id, "t.")];
      await admin.ensureTopics(both.map((topic) => ({ topic, partitions: 1 })));
    }
  }
  const looked = vi.spyOn(kafka.log, "open");
  const clock = new ManualClock(6_000_000);
  const metrics = new Registry();
  const service = await startDedup({
    ...{ kafka, registry, prefix: "t.", network, perStation, logger: silentLogger, metrics, clock },
  });
  stop = async () => service.stop();
  return { kafka, registry, network, looked };
}

/** Places that a start of all partitions looks at for what its predecessors left open. */
async function placesAt(stations: number, partitions: number, perStation: boolean): Promise<number> {
  const { looked } = await started(stations, partitions, perStation);
  const places = looked.mock.calls.length;
  await stop();
  return places;
}

test("eight times the partitions: eight times the places to look at for what was left open", async () => {
  expect((await placesAt(16, 32, false)) / (await placesAt(16, 4, false))).toBeLessThanOrEqual(8);
});

test("a station's own topics are looked at once, however many partitions there are", async () => {
  const [few, many] = [await placesAt(256, 4, true), await placesAt(256, 32, true)];
  expect(many).toBeLessThan(1.5 * few);
});

test("a commit looks at the stations that it is about, and at no others", async () => {
  const { kafka, registry, network } = await started(500, 2, false);
  const raw = await rawWriter(registry, topics, 2);
  const asked = vi.spyOn(StationCounts.prototype, "kept", "get");
  const batches = network.stations.map(({ id }) => batch(id, run(turnstileId(id, 1), 1, 1, 1)));
  const place = (n: number) => partitionOf(network.stations[n]?.id ?? 0, 2);
  expect([place(0), place(1)]).toEqual([0, 1]);
  kafka.append(batches.map(raw));
  await until(() => kafka.records(topics.turnstiles).length === 500);
  const first = asked.mock.calls.length;
  for (let n = 0; n < 50; n++) {
    kafka.append([raw(batch(network.stations[0]?.id ?? 0, run(turnstileId(10_000, 1), 1, 2 + n, 2 + n)))]);
    await until(() => kafka.records(topics.turnstiles).length === 501 + n);
  }
  expect(asked.mock.calls.length - first).toBeLessThanOrEqual(2 * 50);
});
