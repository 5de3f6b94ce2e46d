import { AvroCursor } from "../../../schemas/avro/avro-cursor.ts";
import { type DeviceRef, directionOf, parseDeviceId } from "../../../schemas/network/devices.ts";
import { DIRECTIONS, LINES } from "../../../schemas/network/network.ts";
import { MAX_COUNT, TRAIN_STATUSES } from "../../../schemas/readings.ts";
import type { BatchSeen } from "../core/events.ts";
import { ArrivalContent } from "./content.ts";

type Batch = Pick<BatchSeen, "stationId" | "agentBoot" | "runs">;
type Sensor = Extract<DeviceRef, { readonly kind: "arrival" }>;

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
    const run = readRun(cursor, body);
    if (run) runs.push(run);
  });
  cursor.end();
  return { stationId, agentBoot, runs };
}

/** undefined: it numbers nothing that could be counted. */
function readRun(cursor: AvroCursor, bytes: Buffer): BatchSeen["runs"][number] | undefined {
  const deviceId = cursor.string();
  const bootId = cursor.long();
  const from = cursor.long();
  const ref = parseDeviceId(deviceId);
  const checksums: number[] = [];
  const count = cursor.array(() => void checksums.push(readContent(cursor, bytes, ref)));
  const to = from + count - 1;
  if (count === 0 || bootId < 1 || from < 1 || to > MAX_COUNT) return undefined;
  return { deviceId, bootId, from, to, contents: { from, checksums } };
}

/** What the clean record of this device has to say: of an entry its line, and of no train what a record without one has. */
function readContent(cursor: AvroCursor, bytes: Buffer, ref: DeviceRef | undefined): number {
  cursor.long(); // total
  cursor.long(); // serviceTime
  cursor.long(); // deviceTime
  cursor.long(); // edgeTime
  const line = cursor.index(LINES.length);
  const hasTrain = cursor.index(2) === 1;
  if (ref?.kind === "arrival") return hasTrain ? readTrain(cursor, bytes, ref) : withoutTrain(ref);
  if (hasTrain) readTrain(cursor, bytes);
  return line;
}

/** Line and direction are the sensor's: the clean record has them from there. */
function readTrain(cursor: AvroCursor, bytes: Buffer, sensor?: Sensor): number {
  const content = new ArrivalContent()
    .text(bytes, cursor.skipString(), cursor.at) // trainId
    .word(sensor ? directionOf(sensor.side) : "")
    .word(sensor?.line ?? "")
    .word(TRAIN_STATUSES[cursor.index(TRAIN_STATUSES.length)] as string);
  if (cursor.index(2) === 1) content.station(cursor.int());
  else content.nothing();
  if (cursor.index(2) === 1) content.word(DIRECTIONS[cursor.index(2)] as string);
  else content.nothing();
  return content.checksum;
}

function withoutTrain({ side, line }: Sensor): number {
  const content = new ArrivalContent().word("").word(directionOf(side)).word(line);
  return content.word(TRAIN_STATUSES[0]).nothing().nothing().checksum;
}
