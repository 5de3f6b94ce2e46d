import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { SchemaName } from "../../schemas/avro/names.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { type AgentState, agentId, type DeviceState, WILL_N } from "../../schemas/states.ts";

export const STATION = 40380;
export const OTHER_STATION = 40900;

const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

/** One run of one turnstile: readings `firstSeq … firstSeq + size − 1`. */
export function batch(batchId: number, options: BatchOptions = {}): ReadingBatch {
  const { stationId = STATION, firstSeq = batchId, size = 1, deviceId = `${stationId}-T1` } = options;
  const readings = Array.from({ length: size }, (_, i) => ({
    total: firstSeq + i,
    serviceTime: 0,
    deviceTime: 0,
    edgeTime: 0,
    line: "blue" as const,
    arrival: null,
  }));
  return { stationId, agentBoot: 1, batchId, runs: [{ deviceId, bootId: 1, firstSeq, readings }] };
}

export interface BatchOptions {
  readonly stationId?: number;
  readonly firstSeq?: number;
  readonly size?: number;
  readonly deviceId?: string;
}

export function payload(value: ReadingBatch): Buffer {
  return codec.encode(value);
}

/** The value or key of a record behind the registry's header, decoded. */
export function decoded(schema: SchemaName, bytes: Buffer | null | undefined): unknown {
  return avroType(schema).fromBuffer((bytes ?? Buffer.alloc(0)).subarray(5));
}

export function rawValue(bytes: Buffer | null): ReadingBatch {
  return decoded("reading-batch", bytes) as ReadingBatch;
}

export function agentState(overrides: Partial<AgentState> = {}): AgentState {
  return {
    kind: "agent",
    id: agentId(STATION),
    stationId: STATION,
    state: "offline",
    reason: "vanished",
    since: 0,
    waiting: 0,
    quarantined: 0,
    order: { agentBoot: 1, connection: 1, n: WILL_N },
    ...overrides,
  };
}

export function deviceState(overrides: Partial<DeviceState> = {}): DeviceState {
  return {
    kind: "turnstile",
    id: `${STATION}-T1`,
    stationId: STATION,
    state: "online",
    reason: "heard",
    since: 0,
    lastSeen: 1,
    positions: {
      bootId: 1,
      memoryBootId: 1,
      numbered: 3,
      happened: 3,
      stored: 2,
      published: 1,
      quarantined: 0,
    },
    frames: 5,
    errors: 0,
    order: { agentBoot: 1, connection: 1, n: 1 },
    ...overrides,
  };
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
