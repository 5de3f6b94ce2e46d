import { CodedError } from "../../schemas/errors.ts";
import { type DeviceRef, parseDeviceId } from "../../schemas/network/devices.ts";
import type { Station, StationNetwork } from "../../schemas/network/network.ts";
import { MAX_COUNT, type ReadingBatch, type Run } from "../../schemas/readings.ts";
import { partitionOf } from "../../schemas/topics.ts";

/** Where a raw record was read from. */
export interface RawPartition {
  readonly partition: number;
  /** Of the raw topic. */
  readonly partitions: number;
  /** Whose stations are counted. */
  readonly network: StationNetwork;
}

/**
 * Whose batch this is. The gateway let it through, so a fault here is another writer's, or a station that the network
 * file does not know.
 *
 * @throws {CodedError} BATCH_INVALID
 */
export function stationOf(batch: ReadingBatch, { partition, partitions, network }: RawPartition): Station {
  const station = network.stationById(batch.stationId);
  if (!station) throw invalid(`station ${batch.stationId} is not in the network`, batch);
  // Its state lives elsewhere: counted here, its readings would be counted twice.
  if (partitionOf(station.id, partitions) !== partition) {
    throw invalid(`station ${station.id} belongs to another partition than ${partition}`, batch);
  }
  return station;
}

/**
 * The device of a run whose readings can be counted.
 *
 * @throws {CodedError} BATCH_INVALID for a foreign device or impossible numbers: such readings are not counted.
 */
export function deviceOf(run: Run, batch: ReadingBatch): DeviceRef {
  const device = parseDeviceId(run.deviceId);
  if (device?.stationId !== batch.stationId) {
    throw invalid(`device ${run.deviceId.slice(0, 64)} is not one of station ${batch.stationId}`, batch);
  }
  if (run.readings.length === 0) throw invalid(`run of ${run.deviceId} holds no reading`, batch);
  if (run.firstSeq < 1 || run.bootId < 1 || run.firstSeq + run.readings.length - 1 > MAX_COUNT) {
    throw invalid(`run of ${run.deviceId}: boot ${run.bootId}, sequence from ${run.firstSeq}`, batch);
  }
  return device;
}

/** What makes a run of a known device's readings impossible to write as clean records; undefined: nothing. */
export function defectOf(run: Run, device: DeviceRef): CodedError | undefined {
  const arrivals = run.readings.filter((reading) => reading.arrival !== null).length;
  if (arrivals === (device.kind === "arrival" ? run.readings.length : 0)) return undefined;
  return new CodedError("BATCH_INVALID", {
    message: `${device.id} is a device of kind ${device.kind}, and ${arrivals} of ${run.readings.length} readings are arrivals`,
    retryable: false,
    context: { deviceId: device.id, bootId: run.bootId, firstSeq: run.firstSeq },
  });
}

function invalid(message: string, batch: ReadingBatch): CodedError {
  const { stationId, agentBoot, batchId } = batch;
  return new CodedError("BATCH_INVALID", {
    message,
    retryable: false,
    context: { stationId, agentBoot, batchId },
  });
}
