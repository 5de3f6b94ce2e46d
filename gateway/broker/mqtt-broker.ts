import type { Duplex } from "node:stream";
import { Aedes, type AedesOptions, type Client } from "aedes";
import { messageOf } from "../../schemas/errors.ts";
import type { ClientFacts } from "../access/identity.ts";
import { type ConnectRefusal, maySubscribe } from "../access/rules.ts";
import type { DismissCause } from "../bridge/ack-queue.ts";
import type { Publication } from "../bridge/decision.ts";
import type { Wills } from "../bridge/wills.ts";
import type { RemoteSession } from "../sessions/station-holders.ts";
import { Admission, type AdmissionMeter, type AdmissionOptions } from "./admission.ts";
import { publicationOf, type WirePacket } from "./connect-packet.ts";
import { FanOut } from "./fan-out.ts";
import { guard, type SocketGuard } from "./guard.ts";
import type { ListenerRefusal } from "./listener.ts";
import type { Session } from "./session.ts";
import { skipUnheard } from "./unheard.ts";

/** What an observer may have unread before messages pass it by, bytes. */
const OBSERVER_BACKLOG = 1024 * 1024;
/** Ours have five levels; more are never needed to watch. */
const MAX_TOPIC_LEVELS = 16;
/** Of a socket that did not come from a listener. */
const UNKNOWN: ClientFacts = { address: "unknown:0" };

/** What the broker counts. */
export interface BrokerMeter extends AdmissionMeter {
  connectRefused(reason: ConnectRefusal | ListenerRefusal): void;
  dismissed(cause: DismissCause | "observer-publishes" | "oversized-packet"): void;
  subscriptionRefused(): void;
  /** A connection that ended by a fault of its own: protocol, time-out, reset. */
  faulted(): void;
  /** A message that an observer was too slow for. */
  passedBy(): void;
}

export interface BrokerOptions extends AdmissionOptions {
  readonly wills: Wills;
  readonly meter: BrokerMeter;
  readonly maxPacketBytes: number;
  /** The longest that a connection may be without a CONNECT, ms. */
  readonly connectMs: number;
  /** Nothing is read from any socket while this is true. */
  readonly full: () => boolean;
}

/** Aedes behind our rules: who may connect, what may be said, and when a PUBACK leaves. */
export class MqttBroker {
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #guards = new Map<Duplex, SocketGuard>();
  readonly #clients = new WeakMap<Duplex, ClientFacts>();
  readonly #admission: Admission;

  private constructor(options: BrokerOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
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
    return this.#admission.sessions.size;
  }

  /**
   * Take over a new connection: TCP, TLS or WebSocket.
   */
  handle(socket: Duplex, client: ClientFacts): void {
    this.#clients.set(socket, client);
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
    for (const session of this.#admission.sessions.values()) {
      if (session.outwaited(now)) session.dismiss("timeout");
    }
  }

  /** Another gateway wrote about a session of its own. */
  heard(stationId: number, said: RemoteSession): void {
    this.#admission.heard(stationId, said);
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
        this.#admission.claim(client, packet, this.#clients.get(client.conn) ?? UNKNOWN);
        done(null, true);
      },
      authenticate: (client, _username, password, done) => {
        this.#admission.authenticate(client, password, this.#guards.get(client.conn)).then(
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

  #subscribes(client: Client, filter: string): boolean {
    const session = this.#admission.sessionOf(client);
    if (session && maySubscribe(session.identity, filter)) return true;
    const { meter, logger } = this.#options;
    meter.subscriptionRefused();
    logger.warn({ client: client.id, reason: "subscription", filter }, "subscription refused");
    return false;
  }

  #publish(client: Client | null, packet: WirePacket, acknowledge: () => void): void {
    const session = client ? this.#admission.sessionOf(client) : undefined;
    // No session: it was never let in. Its packets are dropped.
    if (!session) return;
    const publication = publicationOf(packet);
    if (session.takeWill(packet)) {
      void this.#executeWill(session, publication);
      acknowledge();
    } else if (session.queue) this.#options.gate.accept(session.queue, publication, acknowledge);
    else session.dismiss("observer-publishes");
  }

  async #executeWill(session: Session, will: Publication): Promise<void> {
    const generation = await this.#admission.executeWill(session);
    if (generation === undefined) return;
    const { stationId, address } = session;
    this.#options.wills.execute({ stationId, generation, address }, will);
  }

  #faulted(client: Client, error: Error): void {
    this.#options.meter.faulted();
    this.#options.logger.debug({ client: client.id, reason: error.message }, "connection lost");
  }
}

/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
const RETURN: Readonly<Record<ConnectRefusal, number>> = {
  "bad-password": 4,
  "too-many-logins": 3,
  "second-agent": 2,
  certificate: 5,
  "client-id-taken": 2,
  "unknown-name": 5,
  "persistent-session": 5,
  keepalive: 5,
  will: 5,
};
