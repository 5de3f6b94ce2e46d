import { readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import type { Clock } from "../../../runtime/clock.ts";

/** Logs at INFO what `REFUSED` looks for. */
export const REGISTRATION_LOGGER = "org.apache.kafka.server.BrokerLifecycleManager";
const REFUSED = "returned error DUPLICATE_BROKER_REGISTRATION";
const LOOK_MS = 50;
const ANSWER_MS = 2_000;
/** UnregisterBroker (KIP-631), version 0. */
const UNREGISTER_BROKER = 64;

interface Registration {
  readonly node: number;
  readonly controllerPort: number;
  /** The broker's log, which it appends to. */
  readonly log: string;
}

/**
 * Let a sole broker that was killed come back without waiting for its own session to end.
 *
 * A broker that is killed leaves its registration behind. Its controller, which here comes back in the same process,
 * counts the old session from its own start, and refuses the new one until then: with a session that a starved machine
 * cannot break, for as long. The refusal says that the registration is the old one's, so it is safe to end it, as
 * `kafka-cluster.sh unregister` does.
 *
 * @param ended - aborts when there is nothing more to wait for. Never rejects: without its help the session ends by itself.
 */
export async function endOldRegistration(
  { node, controllerPort, log }: Registration,
  clock: Clock,
  ended: AbortSignal,
): Promise<void> {
  let from = sizeOf(log);
  while (!ended.aborted) {
    if (textFrom(log, from).includes(REFUSED)) {
      from = sizeOf(log);
      // A starved controller may not answer: then the next refusal says so.
      await unregister(node, controllerPort);
    }
    await clock.sleep(LOOK_MS, ended);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function textFrom(file: string, from: number): string {
  try {
    return readFileSync(file).subarray(from).toString("latin1");
  } catch {
    return "";
  }
}

/** Resolves with the answer or without one: the broker tries to register again by itself, and shows whether it helped. */
function unregister(node: number, controllerPort: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(controllerPort, "127.0.0.1");
    socket.once("connect", () => socket.write(unregisterRequest(node)));
    socket.once("data", () => socket.destroy());
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on("error", () => {});
    socket.once("close", () => resolve());
  });
}

/** Size, then a request header of version 2 (client id null), then the broker's id; both end without tagged fields. */
function unregisterRequest(node: number): Buffer {
  const request = Buffer.alloc(20);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(UNREGISTER_BROKER, 4);
  request.writeInt16BE(-1, 12);
  request.writeInt32BE(node, 15);
  return request;
}
