import { AvroCursor } from "../../schemas/avro/avro-cursor.ts";
import { decodeReadingBatch } from "../../schemas/avro/reading-batch.ts";
import { SINGLE_OBJECT_HEADER } from "../../schemas/avro/single-object.ts";
import { CodedError } from "../../schemas/errors.ts";
import { parseDeviceId } from "../../schemas/network/devices.ts";
import { LINES } from "../../schemas/network/network.ts";
import { MAX_COUNT, rangeOf, TRAIN_STATUSES } from "../../schemas/readings.ts";
import type { ReadingRange } from "../../schemas/topics.ts";

/** What the gateway must know of a batch; the readings themselves go through as they are. */
export interface BatchFacts {
  readonly stationId: number;
  readonly agentBoot: number;
  readonly batchId: number;
  readonly readings: number;
  /** When the device took the last reading, epoch ms of its clock. */
  readonly deviceTime: number;
  /** When the agent had it on disk, epoch ms of its clock. */
  readonly edgeTime: number;
}

/**
 * Decode a batch (`reading-batch.avsc`, without header) and check that it is one station's: its own devices, numbered
 * from 1, something in every run.
 *
 * @throws {CodedError} AVRO_INVALID (undecodable), BATCH_INVALID (decodable, but never acceptable).
 */
export function checkBatch(body: Buffer, stationId: number): BatchFacts {
  const cursor = new AvroCursor(body);
  const head = readHead(cursor);
  if (head.stationId !== stationId) {
    throw invalid(`the batch of station ${head.stationId} came as station ${stationId}'s`, head);
  }
  let readings = 0;
  const last = { deviceTime: 0, edgeTime: 0 };
  const runs = cursor.array(() => {
    const deviceId = cursor.string();
    if (parseDeviceId(deviceId)?.stationId !== stationId) {
      throw invalid(`device ${deviceId.slice(0, 64)} is not one of station ${stationId}`, head);
    }
    const bootId = cursor.long();
    const firstSeq = cursor.long();
    const count = cursor.array(() => readReading(cursor, last));
    if (bootId < 1 || firstSeq < 1 || firstSeq + count - 1 > MAX_COUNT) {
      throw invalid(`run of ${deviceId}: boot ${bootId}, sequence from ${firstSeq}: both begin at 1`, head);
    }
    if (count === 0) throw invalid(`run of ${deviceId} holds no reading`, head);
    readings += count;
  });
  cursor.end();
  if (runs === 0) throw invalid("the batch holds no reading", head);
  return { ...head, readings, ...last };
}

/** Which batch this is, when so much can be read of it. */
export function batchIdOf(body: Buffer): number | undefined {
  try {
    return readHead(new AvroCursor(body)).batchId;
  } catch {
    return undefined;
  }
}

/** The readings of the station's own devices in a payload that is no acceptable batch, as far as it can be decoded. */
export function rangesIn(payload: Buffer, stationId: number): readonly ReadingRange[] {
  const decoded = decodeReadingBatch(payload.subarray(SINGLE_OBJECT_HEADER));
  if (!decoded.ok) return [];
  return decoded.value.runs
    .filter((run) => run.readings.length > 0 && parseDeviceId(run.deviceId)?.stationId === stationId)
    .map((run) => ({ deviceId: run.deviceId, bootId: run.bootId, ...rangeOf(run) }));
}

type Head = Pick<BatchFacts, "stationId" | "agentBoot" | "batchId">;

function readHead(cursor: AvroCursor): Head {
  return { stationId: cursor.int(), agentBoot: cursor.long(), batchId: cursor.long() };
}

/** Of all readings the times of one are kept, without an object for each. */
function readReading(cursor: AvroCursor, times: { deviceTime: number; edgeTime: number }): void {
  cursor.long(); // total
  cursor.long(); // serviceTime
  times.deviceTime = cursor.long();
  times.edgeTime = cursor.long();
  cursor.index(LINES.length);
  if (cursor.index(2) === 1) {
    cursor.skipString(); // trainId
    cursor.index(TRAIN_STATUSES.length);
    if (cursor.index(2) === 1) cursor.int(); // prevStationId
    if (cursor.index(2) === 1) cursor.index(2); // prevDirection
  }
}

function invalid(message: string, head: Head): CodedError {
  return new CodedError("BATCH_INVALID", { message, retryable: false, context: { ...head } });
}
