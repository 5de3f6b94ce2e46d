import { z } from "zod";
import { CodedError } from "../../schemas/errors.ts";
import { DEVICE_KINDS, parseDeviceId } from "../../schemas/network/devices.ts";
import { MAX_COUNT } from "../../schemas/readings.ts";
import {
  type AnyState,
  agentId,
  CLAIMED_BOOTS,
  DEVICE_STATES,
  LOSS_REASONS,
  NAMED_LOSSES,
  type SessionState,
} from "../../schemas/states.ts";

const count = z.int().min(0).max(MAX_COUNT);
const time = z.int().min(-MAX_COUNT).max(MAX_COUNT);
const text = z.string().max(256);
const order = z.object({ agentBoot: count, connection: count, n: count });
const box = z
  .string()
  .regex(/^[\w-]{0,64}$/)
  .default("");
const common = { id: z.string().max(32), stationId: z.int(), reason: text, since: time, order };

const positions = z.object({
  bootId: count,
  memoryBootId: count,
  numbered: count,
  happened: count,
  stored: count,
  published: count,
  quarantined: count,
  forgotten: count.default(0),
  erased: count.default(0),
});

const bootClaim = z.object({
  bootId: count,
  memoryBootId: count.nullable(),
  numbered: count,
  happened: count,
  first: count,
  stored: count,
  published: count.nullable(),
});

const namedLoss = z.object({ reason: z.enum(LOSS_REASONS), bootId: count, from: count, to: count });

const deviceState = z.object({
  ...common,
  kind: z.enum(DEVICE_KINDS),
  state: z.enum(DEVICE_STATES),
  lastSeen: time.nullable(),
  positions: positions.nullable(),
  boots: z.array(bootClaim).max(CLAIMED_BOOTS).default([]),
  losses: z.array(namedLoss).max(NAMED_LOSSES).default([]),
  frames: count,
  errors: count,
  box,
});

const agentState = z.object({
  ...common,
  kind: z.literal("agent"),
  state: z.enum(["online", "offline"]),
  waiting: count,
  quarantined: count,
  box,
});

const anyState = z.discriminatedUnion("kind", [deviceState, agentState]);

/** The longest state message that is read at all, bytes. */
export const STATE_BYTES = 16 * 1024;

/**
 * A state message of `cta/v1/{stationId}/{subject}/state`.
 *
 * @param subject - a device id, or `agent`.
 * @throws {CodedError} STATE_INVALID: malformed, or about something that is not the topic's subject.
 */
export function checkState(payload: Buffer, stationId: number, subject: string): AnyState {
  const state = parse(payload);
  const ofSubject = subject === "agent" ? state.kind === "agent" : state.id === subject;
  const ofStation =
    state.kind === "agent" ? state.id === agentId(stationId) : isDevice(state.id, state.kind, stationId);
  if (!ofSubject || !ofStation || state.stationId !== stationId) {
    throw invalid(`a state of ${state.kind} ${state.id} came as ${subject}'s of station ${stationId}`);
  }
  return state;
}

function isDevice(id: string, kind: string, stationId: number): boolean {
  const device = parseDeviceId(id);
  return device?.stationId === stationId && device.kind === kind;
}

function parse(payload: Buffer): AnyState {
  if (payload.length > STATE_BYTES) throw invalid(`${payload.length} bytes are too long for a state`);
  let json: unknown;
  try {
    json = JSON.parse(payload.toString("utf8"));
  } catch (cause) {
    throw invalid("not JSON", cause);
  }
  const result = anyState.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "malformed"}`);
}

function invalid(message: string, cause?: unknown): CodedError {
  return new CodedError("STATE_INVALID", { message, retryable: false, cause });
}

/** The state as a value of `device-state.avsc`: what a kind of sender has not is 0 or null. */
export function stateRecord(state: AnyState | SessionState): Record<string, unknown> {
  return {
    ...{
      lastSeen: null,
      positions: null,
      boots: [],
      losses: [],
      frames: 0,
      errors: 0,
      waiting: 0,
      quarantined: 0,
    },
    ...{ box: "", address: "", gateway: "", attempts: 0, holder: "" },
    ...state,
  };
}
