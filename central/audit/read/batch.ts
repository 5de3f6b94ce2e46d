import { AvroCursor } from "../../../schemas/avro/avro-cursor.ts";
import { type DeviceRef, directionOf, parseDeviceId } from "../../../schemas/network/devices.ts";
import { DIRECTIONS, LINES, type Line } from "../../../schemas/network/network.ts";
import { MAX_COUNT, TRAIN_STATUSES } from "../../../schemas/readings.ts";
import type { BatchSeen } from "../core/events.ts";
import { arrivalContent, entryContent } from "./content.ts";

type Batch = Pick<BatchSeen, "stationId" | "agentBoot" | "runs">;

/**
 * Which numbers a raw record shows: the auditor's own walk over the bytes of `reading-batch.avsc`. Nothing is made of
 * the readings but a sum of each one's content.
 *
 * @param body - without the registry's header.
 * @throws {CodedError} AVRO_INVALID
 */
export function readBatch(body: Buffer): Batch {
  const cursor = new AvroCursor(body);
  const stationId = cursor.int();
  const agentBoot = cursor.long();
  cursor.long(); // batchId
  const runs: BatchSeen["runs"][number][] = [];
  cursor.array(() => {
    const run = readRun(cursor);
    if (run) runs.push(run);
  });
  cursor.end();
  return { stationId, agentBoot, runs };
}

/** undefined: it numbers nothing that could be counted. */
function readRun(cursor: AvroCursor): BatchSeen["runs"][number] | undefined {
  const deviceId = cursor.string();
  const bootId = cursor.long();
  const from = cursor.long();
  const ref = parseDeviceId(deviceId);
  const sums: number[] = [];
  const count = cursor.array(() => void sums.push(readContent(cursor, ref)));
  const to = from + count - 1;
  if (count === 0 || bootId < 1 || from < 1 || to > MAX_COUNT) return undefined;
  return { deviceId, bootId, from, to, contents: { from, sums } };
}

function readContent(cursor: AvroCursor, ref: DeviceRef | undefined): number {
  cursor.long(); // total
  cursor.long(); // serviceTime
  cursor.long(); // deviceTime
  cursor.long(); // edgeTime
  const line = LINES[cursor.index(LINES.length)] as Line;
  if (cursor.index(2) === 0) return entryContent(line);
  const trainId = cursor.string();
  const status = TRAIN_STATUSES[cursor.index(TRAIN_STATUSES.length)] as string;
  const prevStationId = cursor.index(2) === 1 ? cursor.int() : null;
  const prevDirection = cursor.index(2) === 1 ? (DIRECTIONS[cursor.index(2)] as string) : null;
  // The clean record has line and direction of the sensor, not of the reading.
  const sensor = ref?.kind === "arrival" ? ref : undefined;
  const direction = sensor ? directionOf(sensor.side) : "";
  return arrivalContent(trainId, sensor?.line ?? line, direction, status, prevStationId, prevDirection);
}
