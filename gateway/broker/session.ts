import type { Client } from "aedes";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { refusedTopic } from "../../schemas/mqtt.ts";
import type { Refusal } from "../../schemas/states.ts";
import type { Identity } from "../access/identity.ts";
import type { AckQueue, DismissCause, Peer } from "../bridge/ack-queue.ts";
import type { Guard } from "./guard.ts";

/** How long a refused client has to read why before its socket is destroyed, ms. */
const LAST_WORDS_MS = 1_000;

export interface SessionContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onDismissed: (cause: DismissCause | "observer-publishes") => void;
}

/** A client whose CONNECT was accepted. */
export class Session implements Peer {
  readonly client: Client;
  readonly identity: Identity;
  readonly patienceMs: number;
  /** Absent for observers, who publish nothing. */
  queue: AckQueue | undefined;
  readonly #guard: Guard | undefined;
  readonly #context: SessionContext;

  constructor(
    client: Client,
    identity: Identity,
    patienceMs: number,
    guard: Guard | undefined,
    context: SessionContext,
  ) {
    this.client = client;
    this.identity = identity;
    this.patienceMs = patienceMs;
    this.#guard = guard;
    this.#context = context;
  }

  get clientId(): string {
    return this.client.id;
  }

  get stationId(): number {
    return this.identity.role === "agent" ? this.identity.stationId : 0;
  }

  /** Has its socket been left unread for longer than it may wait? */
  outwaited(now: number): boolean {
    const since = this.#guard?.heldSince;
    return since !== undefined && now - since >= this.patienceMs;
  }

  dismiss(cause: DismissCause | "observer-publishes", refusal?: Refusal): void {
    const { clock, logger, onDismissed } = this.#context;
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
    // Data that nobody reads would turn the close into a reset, which may overtake the last words.
    this.#guard?.discard();
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
