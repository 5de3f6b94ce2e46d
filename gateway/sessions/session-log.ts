import type { Clock } from "../../infra/runtime/clock.ts";
import type { OutRecord, Producer } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { messageOf } from "../../schemas/errors.ts";
import { generationAt, type SessionState, sessionId } from "../../schemas/states.ts";
import type { Speaker } from "./station-holders.ts";

/** Between two tries to begin a session while Kafka does not answer, ms. */
const RETRY_MS = 1_000;
/** An agent that is refused over and over is written about this often at most, ms. */
const REFUSED_MS = 5_000;
/** Refused agents that are remembered. */
const MAX_REFUSED = 256;

export interface SessionLogOptions {
  readonly producer: Pick<Producer, "send">;
  readonly recordOf: (state: SessionState) => OutRecord;
  /** A name of this process among all gateways. */
  readonly gateway: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A session of this gateway that is to be begun. */
export interface NewSession extends Speaker {
  /** Rises with each that was let in here. */
  readonly ordinal: number;
}

/** What is known of a station's sessions that were begun here. */
interface Begun {
  /** The last try to begin one; they follow each other. */
  readonly turn: Promise<unknown>;
  /** The newest that Kafka has. */
  newest: number;
}

interface Refused {
  readonly since: number;
  readonly attempts: number;
  /** When it was last written about, monotonic ms. */
  readonly writtenAt: number;
}

/**
 * Writes the sessions of agents into the devices topic. The offset of a session's first record gives its generation, which
 * every state said in it carries: the log's order decides between hosts, and no clock (delivery rule 11).
 */
export class SessionLog {
  readonly #options: SessionLogOptions;
  readonly #refused = new Map<string, Refused>();
  readonly #begun = new Map<number, Begun>();
  #stopped = false;

  constructor(options: SessionLogOptions) {
    this.#options = options;
  }

  /**
   * Sessions of a station begin in the order in which they were let in, however long Kafka is away: one that ended
   * before Kafka had it never comes behind the one that took its place.
   *
   * @param wanted - asked before each try.
   * @returns the session's generation, once Kafka has it; undefined when it is wanted no more, or a later one has begun.
   */
  async begin(stationId: number, session: NewSession, wanted: () => boolean): Promise<number | undefined> {
    const before = this.#begun.get(stationId);
    const turn = (before?.turn ?? Promise.resolve()).then(() => this.#begin(stationId, session, wanted));
    this.#begun.set(stationId, { turn, newest: before?.newest ?? 0 });
    return turn;
  }

  async #begin(stationId: number, session: NewSession, wanted: () => boolean): Promise<number | undefined> {
    const { producer, recordOf, clock, logger } = this.#options;
    const since = clock.now();
    const newest = (): number => this.#begun.get(stationId)?.newest ?? 0;
    while (!this.#stopped && wanted() && session.ordinal >= newest()) {
      try {
        const state = this.#state(stationId, session, "connected", "connected", since);
        const [written] = await producer.send([recordOf(state)]);
        if (written) {
          const begun = this.#begun.get(stationId);
          if (begun) begun.newest = session.ordinal;
          return generationAt(written.offset);
        }
      } catch (error) {
        logger.debug({ station: stationId, reason: messageOf(error) }, "the session is not begun yet");
      }
      await clock.sleep(RETRY_MS);
    }
    return undefined;
  }

  /** Its connection is gone. Tried once: a session of which nothing more is heard ends by itself. */
  end(stationId: number, speaker: Speaker, generation: number): void {
    const state = this.#state(stationId, speaker, "closed", "connection closed", this.#options.clock.now());
    this.#write({ ...state, order: { ...state.order, generation } });
  }

  /** A second agent asked, and was refused. */
  refuse(stationId: number, asking: Speaker, holder: Speaker): void {
    const { clock } = this.#options;
    const key = `${stationId} ${asking.box}`;
    const before = this.#refused.get(key) ?? { since: clock.now(), attempts: 0, writtenAt: -REFUSED_MS };
    const attempts = before.attempts + 1;
    const due = clock.monotonic() - before.writtenAt >= REFUSED_MS;
    this.#refused.delete(key);
    this.#refused.set(key, {
      ...before,
      attempts,
      writtenAt: due ? clock.monotonic() : before.writtenAt,
    });
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > MAX_REFUSED && oldest !== undefined) this.#refused.delete(oldest);
    if (!due) return;
    const reason = `${holder.address} speaks for station ${stationId}`;
    const state = this.#state(stationId, asking, "refused", reason, before.since);
    this.#write({ ...state, attempts, holder: holder.address });
  }

  stop(): void {
    this.#stopped = true;
  }

  #write(state: SessionState): void {
    const { producer, recordOf, logger } = this.#options;
    producer.send([recordOf(state)]).catch((error: unknown) => {
      logger.debug({ station: state.stationId, reason: messageOf(error) }, "not written about a session");
    });
  }

  #state(
    stationId: number,
    { address, box, agentBoot }: Speaker,
    state: SessionState["state"],
    reason: string,
    since: number,
  ): SessionState {
    return {
      kind: "session",
      id: sessionId(stationId, state),
      ...{ stationId, state, reason, since, address, box, gateway: this.#options.gateway },
      ...{ attempts: 0, holder: "" },
      order: { agentBoot, connection: 0, n: 0, generation: 0 },
    };
  }
}
