import type { Duplex } from "node:stream";
import { Aedes, type AedesOptions, type Client } from "aedes";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { messageOf } from "../../schemas/errors.ts";
import { parseMqttTopic } from "../../schemas/mqtt.ts";
import type { Passwords } from "../access/credentials.ts";
import { type Certificate, claimedIdentity, type Identity, nameOf } from "../access/identity.ts";
import { type ConnectRefusal, type ConnectRequest, connectFault, maySubscribe } from "../access/rules.ts";
import type { DismissCause } from "../bridge/ack-queue.ts";
import type { Publication } from "../bridge/decision.ts";
import type { PublishGate } from "../bridge/publish-gate.ts";
import type { Wills } from "../bridge/wills.ts";
import { FanOut } from "./fan-out.ts";
import { type Guard, guard } from "./guard.ts";
import type { ListenerRefusal } from "./listener.ts";
import { Session } from "./session.ts";
import { skipUnheard } from "./unheard.ts";

/** What an observer may have unread before messages pass it by, bytes. */
const OBSERVER_BACKLOG = 1024 * 1024;
/** Ours have five levels; more are never needed to watch. */
const MAX_TOPIC_LEVELS = 16;
/** A packet waits for at most this share of its connection's keepalive. */
const KEEPALIVE_SHARE = 0.75;

/** What the broker counts. */
export interface BrokerMeter {
  connections(now: number): void;
  connectRefused(reason: ConnectRefusal | ListenerRefusal): void;
  dismissed(cause: DismissCause | "observer-publishes" | "oversized-packet"): void;
  subscriptionRefused(): void;
  /** A connection that ended by a fault of its own: protocol, time-out, reset. */
  faulted(): void;
  /** A message that an observer was too slow for. */
  passedBy(): void;
}

export interface BrokerOptions {
  readonly gate: PublishGate;
  readonly wills: Wills;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: BrokerMeter;
  readonly maxPacketBytes: number;
  /** The longest that a packet may wait for Kafka, ms. */
  readonly patienceMs: number;
  /** The longest that a connection may be without a CONNECT, ms. */
  readonly connectMs: number;
  /** Nothing is read from any socket while this is true. */
  readonly full: () => boolean;
}

/** Aedes behind our rules: who may connect, what may be said, and when a PUBACK leaves. */
export class MqttBroker {
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #guards = new Map<Duplex, Guard>();
  readonly #certificates = new WeakMap<Duplex, Certificate>();
  readonly #claims = new WeakMap<Client, { readonly claim: Claim } | { readonly fault: ConnectRefusal }>();
  readonly #sessions = new WeakMap<Client, Session>();
  /** Sessions by client id, so that nobody takes over another's connection [MQTT-3.1.4-2]. */
  readonly #byClientId = new Map<string, Session>();

  private constructor(options: BrokerOptions) {
    this.#options = options;
    const fanOut = new FanOut();
    this.#aedes = new Aedes(this.#aedesOptions(fanOut));
    skipUnheard(this.#aedes, fanOut);
    this.#aedes.on("clientError", (client, error) => this.#faulted(client, error));
    this.#aedes.on("connectionError", (client, error) => this.#faulted(client, error));
  }

  static async open(options: BrokerOptions): Promise<MqttBroker> {
    const broker = new MqttBroker(options);
    await broker.#aedes.listen();
    return broker;
  }

  get connections(): number {
    return this.#byClientId.size;
  }

  /**
   * Take over a new connection: TCP, TLS or WebSocket.
   *
   * @param certificate - the client's, if it showed one.
   */
  handle(socket: Duplex, certificate?: Certificate): void {
    if (certificate) this.#certificates.set(socket, certificate);
    const { maxPacketBytes, full, meter, logger, clock } = this.#options;
    const onOversize = (): void => {
      meter.dismissed("oversized-packet");
      logger.warn({ limit: maxPacketBytes }, "connection closed: packet too long");
      socket.destroy();
    };
    this.#guards.set(
      socket,
      guard(socket, { maxPacketBytes, full, onOversize, now: () => clock.monotonic() }),
    );
    socket.once("close", () => this.#guards.delete(socket));
    this.#aedes.handle(socket as Parameters<Aedes["handle"]>[0]);
  }

  /** Kafka has room again: read on. */
  resume(): void {
    for (const guard of this.#guards.values()) guard.resume();
  }

  /** Call often: closes the connections that have waited for Kafka as long as they may. */
  sweep(): void {
    this.#options.gate.sweep();
    const now = this.#options.clock.monotonic();
    for (const session of this.#byClientId.values()) if (session.outwaited(now)) session.dismiss("timeout");
  }

  /** Close all connections; their wills are executed. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const socket of this.#guards.keys()) socket.destroy();
  }

  #aedesOptions(fanOut: FanOut): AedesOptions {
    return {
      mq: fanOut,
      connectTimeout: this.#options.connectMs,
      maxTopicLevels: MAX_TOPIC_LEVELS,
      preConnect: (client, packet, done) => {
        this.#claims.set(client, this.#claimOf(client, packet));
        done(null, true);
      },
      authenticate: (client, _username, password, done) => {
        this.#authenticate(client, password).then(
          (fault) => {
            if (fault)
              done(Object.assign(new Error(`refused: ${fault}`), { returnCode: RETURN[fault] }), false);
            else done(null, true);
          },
          (error) => done(Object.assign(new Error(messageOf(error)), { returnCode: 3 }), false),
        );
      },
      authorizePublish: (client, packet, done) => this.#publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        done(null, this.#subscribes(client, subscription.topic) ? subscription : null);
      },
      authorizeForward: (client, packet) => {
        if (client.conn.writableLength < OBSERVER_BACKLOG) return packet;
        this.#options.meter.passedBy();
        return null;
      },
    };
  }

  #claimOf(
    client: Client,
    packet: ConnectPacket,
  ): { readonly claim: Claim } | { readonly fault: ConnectRefusal } {
    const certificate = this.#certificates.get(client.conn);
    if (certificate && "problem" in certificate) {
      this.#options.logger.warn({ client: packet.clientId, ...certificate }, "certificate refused");
      return { fault: "certificate" };
    }
    const username = packet.username ?? certificate?.name;
    const identity = claimedIdentity(username, packet.clientId, this.#options.passwords.open);
    if (!identity) return { fault: "unknown-name" };
    if (certificate && certificate.name !== nameOf(identity)) return { fault: "certificate" };
    const request = requestOf(packet);
    const fault = connectFault(identity, request);
    if (fault) return { fault };
    return { claim: { identity, proven: certificate !== undefined, keepaliveS: request.keepalive } };
  }

  /** @returns why the client is refused, or undefined when it is let in. */
  async #authenticate(client: Client, password: Buffer | undefined): Promise<ConnectRefusal | undefined> {
    const decision = this.#claims.get(client) ?? { fault: "unknown-name" as const };
    this.#claims.delete(client);
    const fault = "fault" in decision ? decision.fault : await this.#admit(client, decision.claim, password);
    if (fault) {
      const { meter, logger } = this.#options;
      meter.connectRefused(fault);
      logger.warn({ client: client.id, reason: fault }, "connection refused");
    }
    return fault;
  }

  async #admit(
    client: Client,
    { identity, proven, keepaliveS }: Claim,
    password: Buffer | undefined,
  ): Promise<ConnectRefusal | undefined> {
    const { passwords, gate, clock, logger, meter, patienceMs } = this.#options;
    if (!proven && !(await passwords.check(nameOf(identity), password))) return "bad-password";
    const holder = this.#byClientId.get(client.id);
    if (holder && nameOf(holder.identity) !== nameOf(identity)) return "client-id-taken";
    if (client.closed) return undefined;
    const patience = Math.min(patienceMs, keepaliveS * 1000 * KEEPALIVE_SHARE);
    const session = new Session(client, identity, patience, this.#guards.get(client.conn), {
      clock,
      logger,
      onDismissed: (cause) => meter.dismissed(cause),
    });
    if (identity.role === "agent") session.queue = gate.open(session);
    this.#sessions.set(client, session);
    this.#byClientId.set(client.id, session);
    meter.connections(this.connections);
    client.conn.once("close", () => this.#gone(session));
    return undefined;
  }

  #subscribes(client: Client, filter: string): boolean {
    const session = this.#sessions.get(client);
    if (session && maySubscribe(session.identity, filter)) return true;
    const { meter, logger } = this.#options;
    meter.subscriptionRefused();
    logger.warn({ client: client.id, reason: "subscription", filter }, "subscription refused");
    return false;
  }

  #gone(session: Session): void {
    if (session.queue) this.#options.gate.close(session.queue);
    if (this.#byClientId.get(session.clientId) === session) this.#byClientId.delete(session.clientId);
    this.#options.meter.connections(this.connections);
  }

  #publish(client: Client | null, packet: WirePacket, acknowledge: () => void): void {
    const publication = publicationOf(packet);
    // Aedes executes a will when its client is closed already, or has none at hand.
    if (client === null || client.closed) {
      const topic = parseMqttTopic(packet.topic);
      if (topic) this.#options.wills.execute(topic.stationId, publication);
      acknowledge();
      return;
    }
    const session = this.#sessions.get(client);
    if (session?.queue) this.#options.gate.accept(session.queue, publication, acknowledge);
    else session?.dismiss("observer-publishes");
  }

  #faulted(client: Client, error: Error): void {
    this.#options.meter.faulted();
    this.#options.logger.debug({ client: client.id, reason: error.message }, "connection lost");
  }
}

interface Claim {
  readonly identity: Identity;
  /** By a certificate, so that no password is needed. */
  readonly proven: boolean;
  readonly keepaliveS: number;
}

/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
const RETURN: Readonly<Record<ConnectRefusal, number>> = {
  "bad-password": 4,
  certificate: 5,
  "client-id-taken": 2,
  "unknown-name": 5,
  "persistent-session": 5,
  keepalive: 5,
  will: 5,
};

interface WirePacket {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

function publicationOf(packet: WirePacket): Publication {
  const { topic, payload, qos, retain } = packet;
  // Never a string off the wire; then the packet is as good as a copy.
  if (typeof payload !== "string") return packet as Publication;
  return { topic, payload: Buffer.from(payload), qos, retain };
}

/** What Aedes makes of a CONNECT. */
interface ConnectPacket {
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly clean?: boolean | undefined;
  readonly keepalive?: number | undefined;
  readonly will?:
    | {
        readonly topic: string;
        readonly payload: string | Buffer;
        readonly qos?: number | undefined;
        readonly retain?: boolean | undefined;
      }
    | undefined;
}

function requestOf(packet: ConnectPacket): ConnectRequest {
  const { clean = false, keepalive = 0, will } = packet;
  if (!will) return { clean, keepalive };
  const { topic, payload, qos = 0, retain = false } = will;
  return { clean, keepalive, will: publicationOf({ topic, payload, qos, retain }) };
}
