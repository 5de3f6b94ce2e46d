import type { Clock } from "../../infra/runtime/clock.ts";
import type { InRecord, Kafka } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { AvroDecoder } from "../../infra/runtime/registry/ports.ts";
import { messageOf } from "../../schemas/errors.ts";
import {
  type AgentState,
  agentId,
  generationAt,
  generationIn,
  type SessionState,
  sessionId,
} from "../../schemas/states.ts";
import { HOLD_MS, type RemoteSession } from "./station-holders.ts";

/** Between two tries to read the devices topic, ms. */
const RETRY_MS = 1_000;
/** Between two looks, ms: devices say a hundred times a second what is passed over here, and sessions change seldom. */
const GAP_MS = 200;

export interface FollowOptions {
  readonly kafka: Pick<Kafka, "tailGroup">;
  readonly topic: string;
  readonly decoder: AvroDecoder;
  /** The name of this process: the sessions that it began itself are passed over. */
  readonly gateway: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onHeard: (stationId: number, said: RemoteSession) => void;
}

/**
 * Follow what other gateways write about agents and their sessions, from a little before now on.
 *
 * @returns stops it.
 */
export function followSessions(options: FollowOptions): () => Promise<void> {
  const { kafka, topic, clock, logger } = options;
  const abort = new AbortController();
  const group = kafka.tailGroup({ gapMs: () => GAP_MS });
  const running = (async () => {
    while (!abort.signal.aborted) {
      try {
        const from = clock.now() - 2 * HOLD_MS;
        await group.tail({ topics: [topic], from, onRecords: (records) => take(options, records) });
        return;
      } catch (error) {
        logger.debug({ topic, reason: messageOf(error) }, "other gateways' sessions are not known yet");
        await clock.sleep(RETRY_MS, abort.signal);
      }
    }
  })();
  return async () => {
    abort.abort();
    await running;
    await group.stop();
  };
}

async function take(options: FollowOptions, records: readonly InRecord[]): Promise<void> {
  for (const record of records) {
    const state = await stateOf(options, record);
    if (!state) continue;
    const said = remoteOf(state, record.offset, options.gateway);
    if (said) options.onHeard(state.stationId, said);
  }
}

/** Of the few records that tell of agents and sessions; devices' are many, and passed over by their keys. */
async function stateOf(
  { decoder, logger }: FollowOptions,
  { key, value, offset }: InRecord,
): Promise<AgentState | SessionState | undefined> {
  if (!value || !key || !SUBJECT.test(key.toString("latin1"))) return undefined;
  try {
    const state = (await decoder.decode(value, "device-state")) as AgentState | SessionState;
    return state.kind === "agent" || state.kind === "session" ? state : undefined;
  } catch (error) {
    logger.debug({ offset, reason: messageOf(error) }, "no state");
    return undefined;
  }
}

const SUBJECT = new RegExp(`(${agentId(0).slice(1)}|${sessionId(0, "connected").slice(1)})$`);

function remoteOf(
  state: AgentState | SessionState,
  offset: number,
  gateway: string,
): RemoteSession | undefined {
  const { box = "", address = "", order } = state;
  if (state.state === "refused") return undefined;
  const begins = state.kind === "session" && state.state === "connected";
  if (begins && state.gateway === gateway) return undefined;
  const generation = begins ? generationAt(offset) : generationIn(order, offset);
  if (generation === 0) return undefined;
  const gone = state.state === "closed" || state.state === "offline";
  return { box, address, agentBoot: order.agentBoot, generation, offset, gone };
}
