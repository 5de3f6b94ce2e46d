import type { Refusal } from "../../schemas/states.ts";
import type { RefusalReason } from "./verdict.ts";

/** A connected agent, as far as the gate deals with it. */
export interface Peer {
  /** For logs. */
  readonly clientId: string;
  readonly stationId: number;
  /** How long a packet of this peer may wait, ms: below its keepalive, because PINGREQ waits behind it. */
  readonly patienceMs: number;
  /** Say why a batch is refused, where there is something to say, then close the connection. */
  dismiss(cause: DismissCause, refusal?: Refusal): void;
}

/** Why the gate closes a connection. */
export type DismissCause = RefusalReason | "kafka" | "timeout";

type Stage = "waiting" | "kept" | { readonly refuse: RefusalReason; readonly refusal: Refusal | undefined };

/** A packet in its place. */
export interface Place {
  /** Monotonic, ms. */
  readonly since: number;
  readonly acknowledge: () => void;
  stage: Stage;
}

/**
 * One connection's packets in order of arrival: whatever order Kafka answers in, PUBACKs leave in this one
 * [MQTT-4.6.0-2], and a refusal waits until everything before it has its PUBACK.
 */
export class Lane {
  readonly peer: Peer;
  readonly #places: Place[] = [];
  #open = true;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** False once the connection is closed or about to be: its waiting packets are not written. */
  get open(): boolean {
    return this.#open;
  }

  get length(): number {
    return this.#places.length;
  }

  /** Since when the first packet waits, monotonic ms. */
  get waitingSince(): number | undefined {
    return this.#places[0]?.since;
  }

  /** May a further packet come in? Not behind one that is refused: it would be written again at each replay. */
  get taking(): boolean {
    return this.#open && typeof this.#places.at(-1)?.stage !== "object";
  }

  enter(since: number, acknowledge: () => void): Place {
    const place: Place = { since, acknowledge, stage: "waiting" };
    this.#places.push(place);
    return place;
  }

  /** Kafka has the place's packet. */
  keep(place: Place): void {
    place.stage = "kept";
    this.#advance();
  }

  refuse(place: Place, reason: RefusalReason, refusal: Refusal | undefined): void {
    place.stage = { refuse: reason, refusal };
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
    this.#places.length = 0;
    return was;
  }

  #advance(): void {
    for (let first = this.#places[0]; this.#open && first; first = this.#places[0]) {
      if (first.stage === "waiting") return;
      if (first.stage === "kept") {
        this.#places.shift();
        first.acknowledge();
      } else {
        const { refuse, refusal } = first.stage;
        this.close();
        this.peer.dismiss(refuse, refusal);
      }
    }
  }
}
