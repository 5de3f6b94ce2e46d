import { readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import type { Clock } from "../../../runtime/clock.ts";
import { PRIVATE_USER } from "../private-home.ts";

/** Logs at INFO what `REFUSED` looks for. */
export const REGISTRATION_LOGGER = "org.apache.kafka.server.BrokerLifecycleManager";
const REFUSED = "returned error DUPLICATE_BROKER_REGISTRATION";
const LOOK_MS = 50;
const ANSWER_MS = 2_000;
/** Requests by which a broker's registration is ended: name, key and version (Kafka's protocol guide). */
const UNREGISTER_BROKER = { key: 64, version: 0 };
const SASL_HANDSHAKE = { key: 17, version: 1 };
const SASL_AUTHENTICATE = { key: 36, version: 0 };

interface Registration {
  readonly node: number;
  readonly controllerPort: number;
  /** The broker's log, which it appends to. */
  readonly log: string;
  /** Of the login that the controller asks for; absent: it asks for none. */
  readonly password?: string;
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
  { node, controllerPort, log, password }: Registration,
  clock: Clock,
  ended: AbortSignal,
): Promise<void> {
  let from = sizeOf(log);
  while (!ended.aborted) {
    if (textFrom(log, from).includes(REFUSED)) {
      from = sizeOf(log);
      // A starved controller may not answer: then the next refusal says so.
      await send(controllerPort, [...loginRequests(password), unregisterRequest(node)]);
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

/**
 * One after the other, each after the answer to the one before. Resolves with the last answer or without one: the broker
 * tries to register again by itself, and shows whether it helped.
 */
function send(controllerPort: number, requests: readonly Buffer[]): Promise<void> {
  return new Promise((resolve) => {
    const waiting = [...requests];
    const socket = connect(controllerPort, "127.0.0.1");
    const next = (): void => {
      const request = waiting.shift();
      if (request) socket.write(request);
      else socket.destroy();
    };
    socket.once("connect", next);
    // Each answer is some bytes, which arrive at once.
    socket.on("data", next);
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on("error", () => {});
    socket.once("close", () => resolve());
  });
}

/** By PLAIN (RFC 4616). */
function loginRequests(password: string | undefined): readonly Buffer[] {
  if (password === undefined) return [];
  const mechanism = Buffer.from("PLAIN");
  const login = Buffer.from(`\0${PRIVATE_USER}\0${password}`);
  const handshake = Buffer.alloc(2 + mechanism.length);
  handshake.writeInt16BE(mechanism.length);
  mechanism.copy(handshake, 2);
  const authenticate = Buffer.alloc(4 + login.length);
  authenticate.writeInt32BE(login.length);
  login.copy(authenticate, 4);
  return [requestOf(SASL_HANDSHAKE, handshake), requestOf(SASL_AUTHENTICATE, authenticate)];
}

/** With a header of version 2; both end without tagged fields. */
function unregisterRequest(node: number): Buffer {
  const body = Buffer.alloc(6);
  body.writeInt32BE(node, 1);
  return requestOf(UNREGISTER_BROKER, body);
}

/** Size and a request header of version 1 (client id null), then the body. */
function requestOf(
  { key, version }: { readonly key: number; readonly version: number },
  body: Buffer,
): Buffer {
  const head = Buffer.alloc(14);
  head.writeInt32BE(head.length - 4 + body.length);
  head.writeInt16BE(key, 4);
  head.writeInt16BE(version, 6);
  head.writeInt16BE(-1, 12);
  return Buffer.concat([head, body]);
}
