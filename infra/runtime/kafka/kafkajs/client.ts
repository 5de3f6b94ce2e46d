import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import kafkajs, {
  type ISocketFactoryArgs,
  type KafkaConfig,
  type Kafka as KafkaJs,
  type LogEntry,
} from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import { defined } from "../../defined.ts";
import type { Logger } from "../../logger.ts";
import { requestsSent } from "../requests-sent.ts";
import { applyPatches } from "./patches/apply.ts";

/** How to reach a cluster. */
export interface ClusterOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ssl?: NonNullable<KafkaConfig["ssl"]>;
  readonly sasl?: NonNullable<KafkaConfig["sasl"]>;
}

/** A client whose connections can be cut for good. */
export interface Client {
  readonly kafka: KafkaJs;
  /** Cut every connection and refuse new ones: what was given up on cannot be delivered late (delivery rule 5f). */
  destroy(): void;
}

/** kafkajs waits 300 ms before its first retry by default, which is its gap between transactions (delivery rule 5g). */
const RETRY = { initialRetryTime: 5, multiplier: 1.2, maxRetryTime: 100, factor: 0.2 } as const;

/** Tries at 5 ms rising to 100 ms: enough of them to fill `ms`. */
function retriesFor(ms: number): number {
  return Math.ceil(ms / RETRY.maxRetryTime) + 10;
}

/**
 * @param giveUpMs - for how long the client tries again by itself.
 * @param requestTimeoutMs - a request without a reply fails after this; kafkajs checks each 100 ms.
 */
export function openClient(
  options: ClusterOptions,
  { giveUpMs, requestTimeoutMs = 10_000 }: { readonly giveUpMs: number; readonly requestTimeoutMs?: number },
): Client {
  applyPatches();
  const sockets = new Set<Socket>();
  let destroyed = false;
  const socketFactory = ({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket => {
    if (destroyed) throw givenUp();
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    socket.setNoDelay(true);
    countRequests(socket);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const kafka = new kafkajs.Kafka({
    ...defined({ ssl: options.ssl, sasl: options.sasl }),
    brokers: [...options.brokers],
    clientId: options.clientId,
    // A broker that is starting accepts late; a second of patience (the default) makes it look dead.
    connectionTimeout: 5_000,
    requestTimeout: requestTimeoutMs,
    retry: { ...RETRY, retries: retriesFor(giveUpMs) },
    socketFactory,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => passOn(options.logger, entry),
  });
  return {
    kafka,
    destroy() {
      destroyed = true;
      // kafkajs listens to "error" but not to "close": without one its waiting requests would wait on.
      for (const socket of sockets) socket.destroy(givenUp());
    },
  };
}

/** kafkajs writes each request at once and whole. */
function countRequests(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]): boolean => {
    if (args[0] instanceof Uint8Array) requestsSent.note(args[0]);
    return write(...args);
  };
}

function givenUp(): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", { message: "this connection was given up", retryable: true });
}

/** kafkajs warns of each single retry; what comes of them is reported once, coded, by the caller. */
function passOn(logger: Logger, { namespace, label, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...detail } = log;
  logger.debug({ kafkajs: namespace, level: label, ...detail }, message);
}
