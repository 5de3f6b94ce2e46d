import type { Client } from "aedes";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { refusedTopic } from "../../schemas/mqtt.ts";
import type { Refusal } from "../../schemas/states.ts";
import type { Identity } from "../access/identity.ts";
import type { AckQueue, DismissCause, Peer } from "../bridge/ack-queue.ts";
import type { LocalSession, Speaker } from "../sessions/station-holders.ts";
import type { SocketGuard } from "./guard.ts";

/** How long a refused client has to read why before its socket is destroyed, ms. */
const LAST_WORDS_MS = 1_000;

export interface SessionContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly guard: SocketGuard | undefined;
  readonly onDismissed: (cause: DismissCause | "observer-publishes") => void;
  /** Ask Kafka for the generation of this session. */
  readonly begin: (session: Session) => Promise<number | undefined>;
  /** It has its generation. */
  readonly onBegun: (session: Session) => void;
}

/** A client whose CONNECT was accepted. */
export class Session implements Peer, LocalSession {
  readonly client: Client;
  readonly identity: Identity;
  readonly speaker: Speaker;
  /** Rises with each session of this gateway. */
  readonly ordinal: number;
  readonly patienceMs: number;
  /** Absent for observers, who publish nothing. */
  queue: AckQueue | undefined;
  readonly #context: SessionContext;
  #generation: number | undefined;
  /** Of what it said before its generation was outlived. */
  #past: number | undefined;
  #begun: Promise<number | undefined> | undefined;
  /** The will as the broker keeps it, until it is executed. */
  #will: unknown;

  /** @param will - the very object that the broker will hand back when the client is gone. */
  constructor(
    client: Client,
    identity: Identity,
    speaker: Speaker,
    ordinal: number,
    patienceMs: number,
    will: unknown,
    context: SessionContext,
  ) {
    this.client = client;
    this.identity = identity;
    this.speaker = speaker;
    this.ordinal = ordinal;
    this.patienceMs = patienceMs;
    this.#will = will;
    this.#context = context;
  }

  get clientId(): string {
    return this.client.id;
  }

  get stationId(): number {
    return this.identity.role === "agent" ? this.identity.stationId : 0;
  }

  get address(): string {
    return this.speaker.address;
  }

  get box(): string {
    return this.speaker.box;
  }

  get agentBoot(): number {
    return this.speaker.agentBoot;
  }

  get generation(): number | undefined {
    return this.#generation;
  }

  /** Of what it has said last. */
  get lastGeneration(): number | undefined {
    return this.#generation ?? this.#past;
  }

  get isOpen(): boolean {
    return !this.client.closed;
  }

  /**
   * Another agent that was let in later is gone, and its last word counts for newer than all of this session. So the next
   * state that is said here begins the session again: this one lives.
   */
  outlives(): void {
    if (this.#generation === undefined) return;
    this.#past = this.#generation;
    this.#generation = undefined;
    this.#begun = undefined;
  }

  /** Resolves with the generation once Kafka has the session; with undefined when it is wanted no more. */
  begin(): Promise<number | undefined> {
    // It has said nothing since: its will is of what it said then.
    if (!this.isOpen && !this.#begun && this.#past !== undefined) return Promise.resolve(this.#past);
    this.#begun ??= this.#context.begin(this).then((generation) => {
      this.#generation = generation;
      if (generation === undefined) this.#begun = undefined;
      else this.#context.onBegun(this);
      return generation;
    });
    return this.#begun;
  }

  /** May a will still be executed? */
  get hasWill(): boolean {
    return this.#will !== undefined;
  }

  /**
   * Is this the will, handed back by the broker? Once, and only the object itself: a packet that looks like it was sent
   * by the client, and is a PUBLISH like any other.
   */
  takeWill(packet: unknown): boolean {
    if (this.#will === undefined || packet !== this.#will) return false;
    this.#will = undefined;
    return true;
  }

  /** Has its socket been left unread for longer than it may wait? */
  outwaited(now: number): boolean {
    const since = this.#context.guard?.heldSince;
    return since !== undefined && now - since >= this.patienceMs;
  }

  dismiss(cause: DismissCause | "observer-publishes", refusal?: Refusal): void {
    const { clock, logger, guard, onDismissed } = this.#context;
    onDismissed(cause);
    logger.warn(
      { client: this.clientId, station: this.stationId, reason: cause, ...refusal },
      "connection closed",
    );
    const { conn } = this.client;
    if (!refusal) {
      conn.destroy();
      return;
    }
    // Unread data would turn the close into a reset, which may overtake the last words.
    guard?.discard();
    const packet = {
      cmd: "publish",
      topic: refusedTopic(this.stationId),
      payload: JSON.stringify(refusal),
      qos: 0,
      retain: false,
      dup: false,
    } as const;
    this.client.publish(packet, () => conn.end());
    const cancel = clock.after(LAST_WORDS_MS, () => conn.destroy());
    conn.once("close", cancel);
  }
}
