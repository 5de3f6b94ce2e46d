import { expect, test } from "vitest";
import { avroType } from "../../../../infra/runtime/avro/contracts.ts";
import { SingleObjectCodec } from "../../../../schemas/avro/single-object.ts";
import { stationById } from "../../../../schemas/network/network.ts";
import type { ReadingBatch } from "../../../../schemas/readings.ts";
import { StationBatches } from "./station-batches.ts";

const station = { id: 40_380, stops: stationById(40_380)?.stops ?? [] };
const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

test.each([1, 7, 100])(
  "batches of %d number each device's readings without a gap, one in ten an arrival",
  (size) => {
    const batches = new StationBatches(station, size);
    const next = new Map<string, number>();
    let readings = 0;
    let arrivals = 0;
    for (let n = 1; n <= 50; n++) {
      const batch = codec.decode(batches.next(1_000));
      expect(batch).toMatchObject({ stationId: 40_380, batchId: n });
      for (const run of batch.runs) {
        expect(run.firstSeq).toBe((next.get(run.deviceId) ?? 0) + 1);
        next.set(run.deviceId, run.firstSeq + run.readings.length - 1);
        readings += run.readings.length;
        arrivals += run.readings.filter((reading) => reading.arrival !== null).length;
      }
    }
    expect(readings).toBe(50 * size);
    expect(arrivals).toBe(5 * size);
  },
);
