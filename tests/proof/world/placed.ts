import type { StoredReading } from "../../../edge/outbox/ledger.ts";
import type { ReadingBatch, Run, RunReading } from "../../../schemas/readings.ts";

/** A reading, and the station whose batch it is in: an injector may put it into another's. */
export interface BatchedReading {
  readonly stationId: number;
  readonly reading: StoredReading;
}

/** The readings of a batch, in order. */
export function placedIn({ stationId, runs }: ReadingBatch): readonly BatchedReading[] {
  return runs.flatMap(({ deviceId, bootId, firstSeq, readings }) =>
    readings.map((reading, i) => ({
      stationId,
      reading: { ...reading, deviceId, bootId, seq: firstSeq + i },
    })),
  );
}

/** Batches of these readings, one per station, cut into runs exactly as they come. */
export function batchesOf(
  placed: readonly BatchedReading[],
  { agentBoot, batchId }: Pick<ReadingBatch, "agentBoot" | "batchId">,
): readonly ReadingBatch[] {
  const stations = [...new Set(placed.map(({ stationId }) => stationId))];
  return stations.map((stationId) => ({
    stationId,
    agentBoot,
    batchId,
    runs: runsOf(placed.flatMap((one) => (one.stationId === stationId ? one.reading : []))),
  }));
}

function runsOf(readings: readonly StoredReading[]): readonly Run[] {
  const runs: (Run & { readings: RunReading[] })[] = [];
  let last: StoredReading | undefined;
  for (const next of readings) {
    const { deviceId, bootId, seq, ...reading } = next;
    const continues = last?.deviceId === deviceId && last.bootId === bootId && last.seq + 1 === seq;
    if (!continues) runs.push({ deviceId, bootId, firstSeq: seq, readings: [] });
    runs.at(-1)?.readings.push(reading);
    last = next;
  }
  return runs;
}
