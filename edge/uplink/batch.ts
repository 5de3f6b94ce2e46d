import type { Run, RunReading } from "../../schemas/readings.ts";
import type { QueuedReading } from "../outbox/ports.ts";

/** A device's queue as the batcher sees it. */
export interface DeviceQueue {
  readonly deviceId: string;
  /** The arrival number to send next. */
  readonly from: number;
  /** Arrival numbers below are in the queue. */
  readonly until: number;
}

export interface BatchLimits {
  readonly readings: number;
  readonly bytes: number;
}

/** Which readings a batch holds: per device the arrival numbers `from` to `to`. */
export interface BatchRange {
  readonly deviceId: string;
  readonly from: number;
  readonly to: number;
}

export interface BuiltBatch {
  readonly runs: readonly Run[];
  readonly ranges: readonly BatchRange[];
  readonly readings: number;
}

/** Device id, boot, first seq and counts of a run, bytes, at most. */
const RUN_BYTES = 64;
/** Ids and counts of a batch, bytes, at most. */
const BATCH_BYTES = 64;

/**
 * Fill one batch from several queues, each in order. Every device with readings gets an equal share before any gets
 * more, so a backlog delays only its own device; `queues` come in turn, the first is served first.
 *
 * At least one reading is taken however small the limits are.
 */
export function buildBatch(
  queues: readonly DeviceQueue[],
  limits: BatchLimits,
  peek: (deviceId: string, from: number, limit: number) => readonly QueuedReading[],
): BuiltBatch {
  const taken = new Map<string, QueuedReading[]>();
  let room = limits.readings;
  let bytes = BATCH_BYTES;
  let open = queues.filter((queue) => queue.until > queue.from);
  while (open.length > 0 && room > 0) {
    const share = Math.max(1, Math.floor(room / open.length));
    const still: DeviceQueue[] = [];
    for (const queue of open) {
      const have = taken.get(queue.deviceId) ?? [];
      const wanted = Math.min(share, room, queue.until - queue.from - have.length);
      const next = wanted > 0 ? peek(queue.deviceId, queue.from + have.length, wanted) : [];
      let fitted = 0;
      for (const queued of next) {
        const cost = queued.bytes + (startsRun(have.at(-1), queued) ? RUN_BYTES : 0);
        if (bytes + cost > limits.bytes && (taken.size > 0 || have.length > 0)) break;
        bytes += cost;
        have.push(queued);
        fitted += 1;
      }
      if (have.length > 0) taken.set(queue.deviceId, have);
      room -= fitted;
      if (fitted < next.length) room = 0;
      else if (fitted > 0 && fitted === wanted && have.length < queue.until - queue.from) still.push(queue);
      if (room <= 0) break;
    }
    open = still;
  }
  return assemble(taken);
}

function startsRun(last: QueuedReading | undefined, next: QueuedReading): boolean {
  return !last || last.reading.bootId !== next.reading.bootId || last.reading.seq + 1 !== next.reading.seq;
}

function assemble(taken: ReadonlyMap<string, readonly QueuedReading[]>): BuiltBatch {
  const runs: (Run & { readings: RunReading[] })[] = [];
  const ranges: BatchRange[] = [];
  let readings = 0;
  for (const [deviceId, list] of taken) {
    let last: QueuedReading | undefined;
    for (const queued of list) {
      const { bootId, seq } = queued.reading;
      if (startsRun(last, queued)) runs.push({ deviceId, bootId, firstSeq: seq, readings: [] });
      const { total, serviceTime, deviceTime, edgeTime, line, arrival } = queued.reading;
      runs.at(-1)?.readings.push({ total, serviceTime, deviceTime, edgeTime, line, arrival });
      last = queued;
    }
    const [first, end] = [list[0], list.at(-1)];
    if (first && end) ranges.push({ deviceId, from: first.n, to: end.n });
    readings += list.length;
  }
  return { runs, ranges, readings };
}
