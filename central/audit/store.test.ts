import { describe, expect, test } from "vitest";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import type { StationAuditState } from "./core/station.ts";
import { AuditStore, type Checkpoint, MAX_RECORD_BYTES, type StationMemory } from "./store.ts";

/** A station's memory with so many ranges, of which none is like another. */
function memory(ranges: number): StationMemory {
  const random = seededRandom(1, "ranges");
  const strays = Array.from({ length: ranges }, () => [
    Math.floor(random() * 2 ** 40),
    Math.floor(random() * 2 ** 40),
  ]);
  return {
    positions: { raw: ranges },
    station: { devices: [], sum: { strays } } as unknown as StationAuditState,
  };
}
const checkpoint = { auditor: { look: 7 }, topicIds: {} } as unknown as Checkpoint;

async function opened() {
  const kafka = memoryKafka();
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: "audit", partitions: 1 }]);
  const producer = await kafka.producer();
  const begin = async () => {
    const store = new AuditStore({ topic: "audit", producer, reader: kafka.logReader({ headers: [] }) });
    return { store, restored: await store.begin("test") };
  };
  return { kafka, begin, ...(await begin()) };
}

describe("what an auditor keeps", () => {
  test.each([1, 20_000])("of a station with %d ranges is there for the next one", async (ranges) => {
    const { store, begin, kafka } = await opened();
    expect(await store.write({ stations: new Map([[40380, memory(ranges)]]), checkpoint })).toEqual([]);
    for (const { value } of kafka.records("audit")) {
      expect(value?.length ?? 0).toBeLessThan(MAX_RECORD_BYTES);
    }
    const { restored } = await begin();
    expect(restored.stations.get(40380)).toEqual(memory(ranges));
    expect(restored.checkpoint).toEqual(checkpoint);
  });

  test("a station too large to be kept keeps no other one from it, and the positions wait", async () => {
    const { store, begin } = await opened();
    const stations = new Map([
      [40380, memory(200_000)],
      [40900, memory(1)],
    ]);
    expect(await store.write({ stations, checkpoint })).toEqual([40380]);
    const { restored } = await begin();
    expect([...restored.stations.keys()]).toEqual([40900]);
    expect(restored.checkpoint).toBeNull();
  });

  test("what somebody else packed is passed over", async () => {
    const { kafka, begin } = await opened();
    for (const deflated of ["no base64", Buffer.from("no deflate").toString("base64")]) {
      const value = Buffer.from(JSON.stringify({ claim: 9_999, deflated }));
      kafka.append([{ topic: "audit", partition: 0, key: Buffer.from("station:40380"), value }]);
    }
    expect((await begin()).restored.stations.size).toBe(0);
  });
});
