import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type SecureContextOptions, type TLSSocket } from "node:tls";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { CodedError } from "../../schemas/errors.ts";
import type { Certificate, ClientFacts } from "../access/identity.ts";
import type { CertificateFiles, ServerCertificates } from "./certificates.ts";
import { overWebSocket } from "./websocket.ts";

/** Connections not yet accepted: all agents of a network come back at once (Node's default is 511). */
const BACKLOG = 4_096;

/** Why a connection came to nothing before its first MQTT packet. */
export type ListenerRefusal = "too-many" | "tls-handshake" | "websocket-handshake";

export interface ListenOptions {
  readonly host: string;
  /** Of each port here: 0 takes a free one, undefined serves none. */
  readonly port: number | undefined;
  readonly tls:
    | {
        readonly port: number;
        /** Of MQTT over WebSocket over TLS. */
        readonly webSocketPort: number | undefined;
        readonly certificates: ServerCertificates;
        readonly files: CertificateFiles;
      }
    | undefined;
  readonly webSocketPort: number | undefined;
  /** On all ports together. */
  readonly maxConnections: number;
  /** Bytes of one packet, at most. */
  readonly maxPacketBytes: number;
  /** For a handshake of TLS or WebSocket, ms. */
  readonly connectMs: number;
  /** No passwords are asked for. */
  readonly open: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onConnection: (socket: Duplex, client: ClientFacts) => void;
  readonly onRefused: (reason: ListenerRefusal) => void;
}

export interface Listeners {
  /** Where each kind is served. */
  readonly ports: { readonly [kind in Kind]?: number };
  /** Show these to clients that connect from now on. */
  renew(certificates: ServerCertificates): void;
  /** Take no new connections; the open ones stay. */
  stop(): void;
}

/** By the schemes of addresses. */
type Kind = "mqtt" | "mqtts" | "ws" | "wss";
/** What becomes of an accepted connection. */
type Enter = (socket: Socket) => void;
/** What becomes of one whose client is known as far as TLS knows it. */
type Then = (socket: Duplex, client: ClientFacts) => void;

interface Listener {
  readonly kind: Kind;
  readonly port: number;
  readonly enter: Enter;
  readonly renew?: Renew;
}

type Renew = (certificates: ServerCertificates) => void;

/** The setting of each kind's port. */
const VARIABLE: Readonly<Record<Kind, string>> = {
  mqtt: "MQTT_PORT",
  mqtts: "MQTT_TLS_PORT",
  ws: "MQTT_WS_PORT",
  wss: "MQTT_WSS_PORT",
};

/**
 * MQTT over TCP, over TLS where there is a certificate, and over WebSocket where a port is given for it.
 *
 * @throws {CodedError} PORT_TAKEN
 */
export async function listen(options: ListenOptions): Promise<Listeners> {
  const admit = admission(options);
  const open: { readonly kind: Kind; readonly server: Server; readonly port: number }[] = [];
  const stop = (): void => {
    for (const { server } of open) server.close();
  };
  const listeners = listenersOf(options);
  try {
    for (const listener of listeners) {
      const server = createServer((socket) => admit(socket, listener.enter));
      open.push({ kind: listener.kind, server, port: await listening(server, options.host, listener) });
    }
  } catch (error) {
    stop();
    throw error;
  }
  return {
    ports: Object.fromEntries(open.map(({ kind, port }) => [kind, port])),
    renew(certificates) {
      for (const listener of listeners) listener.renew?.(certificates);
    },
    stop,
  };
}

function listenersOf(options: ListenOptions): readonly Listener[] {
  const { port, tls, webSocketPort, onConnection } = options;
  const listeners: Listener[] = [];
  if (port !== undefined)
    listeners.push({
      kind: "mqtt",
      port,
      enter: (socket) => onConnection(socket, { address: addressOf(socket) }),
    });
  if (webSocketPort !== undefined) {
    const enter = overWebSocket(options);
    listeners.push({
      kind: "ws",
      port: webSocketPort,
      enter: (socket) => enter(socket, { address: addressOf(socket) }),
    });
  }
  if (tls) {
    listeners.push({ kind: "mqtts", port: tls.port, ...overTls(tls.certificates, options, onConnection) });
    if (tls.webSocketPort !== undefined) {
      const listener = overTls(tls.certificates, options, overWebSocket(options));
      listeners.push({ kind: "wss", port: tls.webSocketPort, ...listener });
    }
  }
  return listeners;
}

/** Counts connections over all ports, and turns away those beyond the limit. */
function admission({ maxConnections, onRefused }: ListenOptions): (socket: Socket, enter: Enter) => void {
  let connections = 0;
  return (socket, enter) => {
    if (connections >= maxConnections) {
      onRefused("too-many");
      socket.destroy();
      return;
    }
    connections++;
    socket.once("close", () => connections--);
    socket.setNoDelay(true);
    // Finds peers that vanished without a word, which have no keepalive yet.
    socket.setKeepAlive(true, 60_000);
    enter(socket);
  };
}

/** The certificates are judged at the CONNECT, not in the handshake, so that a client is told in MQTT's words. */
function overTls(
  certificates: ServerCertificates,
  { connectMs, logger, onRefused }: ListenOptions,
  then: Then,
): { readonly enter: Enter; readonly renew: Renew } {
  const asked = certificates.clientAuthorities !== undefined;
  const server = createTlsServer({
    ...secureContextOf(certificates),
    ...(asked ? { requestCert: true, rejectUnauthorized: false } : {}),
    handshakeTimeout: connectMs,
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    then(socket, { address: addressOf(socket), certificate: asked ? certificateOf(socket) : undefined });
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    onRefused("tls-handshake");
    logger.warn({ peer: socket.remoteAddress, reason: error.code ?? error.message }, "TLS handshake failed");
    socket.destroy();
  });
  return {
    enter: (socket) => void server.emit("connection", socket),
    renew: (next) => server.setSecureContext(secureContextOf(next)),
  };
}

function secureContextOf({ own, clientAuthorities: ca }: ServerCertificates): SecureContextOptions {
  return { cert: own.cert, key: own.key, ...(ca ? { ca } : {}) };
}

function addressOf({ remoteAddress = "unknown", remotePort = 0 }: Socket): string {
  return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** undefined: the client showed none. */
function certificateOf(socket: TLSSocket): Certificate | undefined {
  const { subject } = socket.getPeerCertificate();
  if (!subject) return undefined;
  if (!socket.authorized) return { problem: String(socket.authorizationError) };
  // Several common names are an array.
  const name: unknown = subject.CN;
  return typeof name === "string" ? { name } : { problem: "no single common name (CN)" };
}

function listening(
  server: Server,
  host: string,
  { kind, port }: Pick<Listener, "kind" | "port">,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === "EADDRINUSE"
          ? `port ${port} is in use: stop what holds it or set ${VARIABLE[kind]}`
          : `cannot listen on ${host}:${port}: ${cause.message}`;
      reject(new CodedError("PORT_TAKEN", { message, retryable: false, context: { host, port }, cause }));
    });
    server.listen({ host, port, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
  });
}
