import type { Client } from "aedes";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { Passwords } from "../access/credentials.ts";
import { type ClientFacts, hostOf, nameOf } from "../access/identity.ts";
import { LoginDelays } from "../access/login-delays.ts";
import { login } from "../access/logins.ts";
import type { ConnectRefusal } from "../access/rules.ts";
import type { DismissCause } from "../bridge/ack-queue.ts";
import type { PublishGate } from "../bridge/publish-gate.ts";
import type { SessionLog } from "../sessions/session-log.ts";
import type { RemoteSession, StationHolders } from "../sessions/station-holders.ts";
import { claimOf, type SessionClaim } from "./claims.ts";
import type { ConnectPacket } from "./connect-packet.ts";
import type { SocketGuard } from "./guard.ts";
import { Session } from "./session.ts";

/** A packet waits for at most this share of its connection's keepalive. */
const KEEPALIVE_SHARE = 0.75;

/** What the admission counts. */
export interface AdmissionMeter {
  connections(now: number): void;
  connectRefused(reason: ConnectRefusal): void;
  dismissed(cause: DismissCause | "observer-publishes"): void;
  /** A client took over the connection of its own client id. */
  takenOver(): void;
  /** A login had to wait because of earlier failures. */
  loginDelayed(): void;
}

export interface AdmissionOptions {
  readonly gate: PublishGate;
  readonly passwords: Passwords;
  readonly holders: StationHolders<Session>;
  readonly log: SessionLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: AdmissionMeter;
  /** The longest that a packet may wait for Kafka, ms. */
  readonly patienceMs: number;
}

/** Who may connect, and which sessions there are. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #delays: LoginDelays;
  readonly #claims = new WeakMap<Client, ReturnType<typeof claimOf>>();
  readonly #sessions = new WeakMap<Client, Session>();
  /** By client id, so that no one takes over another's connection [MQTT-3.1.4-2]. */
  readonly #byClientId = new Map<string, Session>();
  /** Sessions that ended without a word: of each station the newest, whose will is still to be written. */
  readonly #willing = new Map<number, Session>();
  #admitted = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#delays = new LoginDelays(options.clock);
  }

  get sessions(): ReadonlyMap<string, Session> {
    return this.#byClientId;
  }

  sessionOf(client: Client): Session | undefined {
    return this.#sessions.get(client);
  }

  /** A CONNECT arrived. */
  claim(client: Client, packet: ConnectPacket, facts: ClientFacts): void {
    this.#claims.set(client, claimOf(packet, facts, this.#options.passwords.open));
  }

  /** @returns why the client is refused, or undefined when it is let in. */
  async authenticate(
    client: Client,
    password: Buffer | undefined,
    guard: SocketGuard | undefined,
  ): Promise<ConnectRefusal | undefined> {
    const decision = this.#claims.get(client) ?? { fault: "unknown-name" as const };
    this.#claims.delete(client);
    const fault =
      "fault" in decision ? decision.fault : await this.#admit(client, decision.claim, password, guard);
    if (fault === undefined) return undefined;
    const { meter, logger } = this.#options;
    meter.connectRefused(fault);
    const problem = "problem" in decision ? { problem: decision.problem } : {};
    logger.warn({ client: client.id, reason: fault, ...problem }, "connection refused");
    return fault;
  }

  /** A session at another gateway said something: close ours of that station that are second to it. */
  heard(stationId: number, said: RemoteSession): void {
    const { holders, clock, logger } = this.#options;
    for (const session of holders.outliving(stationId, said)) if (this.#has(session)) session.outlives();
    for (const second of holders.heard(stationId, said, clock.monotonic())) {
      logger.warn(
        { station: stationId, address: second.address, holder: said.address },
        "a second agent: another one speaks for the station at another gateway, and was there first",
      );
      if (this.#has(second)) second.dismiss("second-agent");
    }
  }

  /** The session's will is to be written. @returns its generation; undefined: a later one's takes its place. */
  async executeWill(session: Session): Promise<number | undefined> {
    this.#willing.set(session.stationId, session);
    const generation = await session.begin();
    // It ended while Kafka was away, before anything of it had to be written.
    const last = generation ?? (await session.begin());
    if (this.#willing.get(session.stationId) === session) this.#willing.delete(session.stationId);
    return last;
  }

  async #admit(
    client: Client,
    { identity, speaker, proven, keepaliveS, will }: SessionClaim,
    password: Buffer | undefined,
    guard: SocketGuard | undefined,
  ): Promise<ConnectRefusal | undefined> {
    const { passwords, gate, clock, meter, patienceMs } = this.#options;
    const name = nameOf(identity);
    const address = hostOf(speaker.address);
    const logins = { passwords, delays: this.#delays, clock, onDelayed: () => meter.loginDelayed() };
    const refused = proven ? undefined : await login(logins, { address, name, password });
    if (refused) return refused;
    const before = this.#byClientId.get(client.id);
    if (before && nameOf(before.identity) !== name) return "client-id-taken";
    if (client.closed) return undefined;
    const patience = Math.min(patienceMs, keepaliveS * 1000 * KEEPALIVE_SHARE);
    const context = this.#contextOf(guard);
    const session = new Session(client, identity, speaker, ++this.#admitted, patience, will, context);
    if (this.#isSecond(session)) return "second-agent";
    if (before) this.#takeOver(before, session);
    this.#sessions.set(client, session);
    this.#byClientId.set(client.id, session);
    if (identity.role === "agent") {
      session.queue = gate.open(session);
      this.#options.holders.opened(identity.stationId, session);
      if (session.hasWill) void session.begin();
    }
    meter.connections(this.#byClientId.size);
    client.conn.once("close", () => this.#gone(session));
    return undefined;
  }

  #contextOf(guard: SocketGuard | undefined): ConstructorParameters<typeof Session>[6] {
    const { gate, clock, logger, meter, log } = this.#options;
    return {
      clock,
      logger,
      guard,
      onDismissed: (cause) => meter.dismissed(cause),
      begin: (session) =>
        log.begin(
          session.stationId,
          session,
          () => session.isOpen || this.#willing.get(session.stationId) === session,
        ),
      onBegun: (session) => {
        if (session.queue) gate.resume(session.queue);
      },
    };
  }

  /** Is it open, and has no other one taken its place? */
  #has(session: Session): boolean {
    return this.#byClientId.get(session.clientId) === session;
  }

  #isSecond(session: Session): boolean {
    const { holders, log, clock, logger } = this.#options;
    const { identity, stationId } = session;
    if (identity.role !== "agent") return false;
    const holder = holders.against(stationId, session, clock.monotonic());
    if (!holder) return false;
    log.refuse(stationId, session, holder);
    logger.warn(
      { station: stationId, address: session.address, holder: holder.address },
      "a second agent asks to speak for the station and is refused: stop one of the two",
    );
    return true;
  }

  #takeOver(before: Session, after: Session): void {
    const { meter, logger } = this.#options;
    meter.takenOver();
    logger.warn(
      { client: after.clientId, address: after.address, before: before.address },
      "connection taken over: the same client id connects again",
    );
  }

  #gone(session: Session): void {
    const { gate, holders, log, meter } = this.#options;
    if (session.queue) gate.close(session.queue);
    holders.closed(session.stationId, session);
    if (this.#has(session)) this.#byClientId.delete(session.clientId);
    const { lastGeneration } = session;
    if (lastGeneration !== undefined) log.end(session.stationId, session, lastGeneration);
    meter.connections(this.#byClientId.size);
  }
}
