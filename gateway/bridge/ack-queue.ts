import type { Refusal } from "../../schemas/states.ts";
import type { Origin, Publication, RefusalReason } from "./decision.ts";

/** A connected agent, as far as the gate deals with it. */
export interface Peer extends Origin {
  /** For logs. */
  readonly clientId: string;
  /** How long a packet of this peer may wait, ms: below its keepalive, because PINGREQ waits behind it. */
  readonly patienceMs: number;
  /** Begin the session in Kafka, if that was not asked for before: something waits for its generation. */
  begin(): unknown;
  /** Say why a batch is refused, where there is something to say, then close the connection. */
  dismiss(cause: DismissCause, refusal?: Refusal): void;
}

/** Why the gate closes a connection. */
export type DismissCause = RefusalReason | "kafka" | "timeout" | "second-agent";

type Stage = "waiting" | "stored" | { readonly refuse: RefusalReason; readonly refusal: Refusal | undefined };

/** A packet that waits for its PUBACK. */
export interface InFlightEntry {
  /** Monotonic, ms. */
  readonly since: number;
  readonly acknowledge: () => void;
  stage: Stage;
}

/**
 * One connection's packets in order of arrival: whatever order Kafka answers in, PUBACKs leave in this one
 * [MQTT-4.6.0-2], and a refusal waits until everything before it has its PUBACK.
 */
export class AckQueue {
  readonly peer: Peer;
  readonly #entries: InFlightEntry[] = [];
  #held: { readonly entry: InFlightEntry; readonly packet: Publication }[] = [];
  #open = true;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** False once the connection is closed or about to be: its waiting packets are not written. */
  get open(): boolean {
    return this.#open;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Since when the first packet waits, monotonic ms. */
  get waitingSince(): number | undefined {
    return this.#entries[0]?.since;
  }

  /** May a further packet come in? Not behind one that is refused: it would be written again at each replay. */
  get taking(): boolean {
    return this.#open && typeof this.#entries.at(-1)?.stage !== "object";
  }

  enter(since: number, acknowledge: () => void): InFlightEntry {
    const entry: InFlightEntry = { since, acknowledge, stage: "waiting" };
    this.#entries.push(entry);
    return entry;
  }

  /** What is to become of this packet cannot be said yet. It keeps its place. */
  hold(entry: InFlightEntry, packet: Publication): void {
    this.#held.push({ entry, packet });
  }

  /** The packets held so far, in order: now it can be said. */
  takeHeld(): readonly { readonly entry: InFlightEntry; readonly packet: Publication }[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** Kafka has the packet. */
  markStored(entry: InFlightEntry): void {
    entry.stage = "stored";
    this.#advance();
  }

  refuse(entry: InFlightEntry, reason: RefusalReason, refusal: Refusal | undefined): void {
    entry.stage = { refuse: reason, refusal };
    this.#advance();
  }

  /** Nothing more leaves; the connection is closed because of `cause`. */
  abandon(cause: DismissCause): void {
    if (this.close()) this.peer.dismiss(cause);
  }

  /** The connection is gone. @returns whether it was open. */
  close(): boolean {
    const was = this.#open;
    this.#open = false;
    this.#entries.length = 0;
    this.#held = [];
    return was;
  }

  #advance(): void {
    for (let first = this.#entries[0]; this.#open && first; first = this.#entries[0]) {
      if (first.stage === "waiting") return;
      if (first.stage === "stored") {
        this.#entries.shift();
        first.acknowledge();
      } else {
        const { refuse, refusal } = first.stage;
        this.close();
        this.peer.dismiss(refuse, refusal);
      }
    }
  }
}
