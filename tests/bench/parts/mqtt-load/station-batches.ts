import { avroType } from "../../../../infra/runtime/avro/contracts.ts";
import { SingleObjectCodec } from "../../../../schemas/avro/single-object.ts";
import { arrivalSensorId, turnstileId } from "../../../../schemas/network/devices.ts";
import type { Line, Station } from "../../../../schemas/network/network.ts";
import type { ArrivalEvent, ReadingBatch, Run, RunReading } from "../../../../schemas/readings.ts";

const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

/** Of ten readings one is a train's arrival, the others are entries. */
export const READINGS_PER_ARRIVAL = 10;
const ARRIVAL: ArrivalEvent = {
  trainId: "BL412",
  status: "in_service",
  prevStationId: 40_380,
  prevDirection: "a",
};

/** How many readings of a batch of `size` are arrivals: so many pass before the next one has to. */
function arrivalsIn(size: number, batchId: number): number {
  return (
    Math.floor((batchId * size) / READINGS_PER_ARRIVAL) -
    Math.floor(((batchId - 1) * size) / READINGS_PER_ARRIVAL)
  );
}

/** What one station's agent publishes: a turnstile and an arrival sensor whose sequences go on from batch to batch. */
export class StationBatches {
  readonly stationId: number;
  readonly #size: number;
  readonly #boot: number;
  readonly #line: Line;
  readonly #turnstile: string;
  readonly #sensor: string;
  #batchId = 0;
  #entries = 0;
  #arrivals = 0;

  /**
   * @param size - readings per batch.
   * @param boot - of devices and agent: sequences begin again with each.
   * @throws RangeError for a station on no line.
   */
  constructor({ id, stops }: Pick<Station, "id" | "stops">, size: number, boot = 1) {
    const line = stops[0]?.line;
    if (!line) throw new RangeError(`station ${id} is on no line`);
    this.stationId = id;
    this.#size = size;
    this.#boot = boot;
    this.#line = line;
    this.#turnstile = turnstileId(id, 1);
    this.#sensor = arrivalSensorId(id, line, "a");
  }

  /** The next payload. @param now - epoch ms: when the devices had these readings, and the agent. */
  next(now: number): Buffer {
    this.#batchId++;
    const arrivals = arrivalsIn(this.#size, this.#batchId);
    const entries = this.#size - arrivals;
    const runs: Run[] = [];
    if (entries > 0) runs.push(this.#run(this.#turnstile, this.#entries, entries, now, null));
    if (arrivals > 0) runs.push(this.#run(this.#sensor, this.#arrivals, arrivals, now, ARRIVAL));
    this.#entries += entries;
    this.#arrivals += arrivals;
    return codec.encode({ stationId: this.stationId, agentBoot: this.#boot, batchId: this.#batchId, runs });
  }

  #run(deviceId: string, before: number, count: number, now: number, arrival: ArrivalEvent | null): Run {
    const readings: RunReading[] = [];
    for (let seq = before + 1; seq <= before + count; seq++) {
      readings.push({
        total: seq,
        serviceTime: now,
        deviceTime: now,
        edgeTime: now,
        line: this.#line,
        arrival,
      });
    }
    return { deviceId, bootId: this.#boot, firstSeq: before + 1, readings };
  }
}
