/** An agent that speaks for a station, or asks to. */
export interface Speaker {
  /** Which outbox it has; empty: it does not say, and is no other's rival. */
  readonly box: string;
  /** Rises with each start of the agents of one outbox; says nothing between two outboxes. */
  readonly agentBoot: number;
  readonly address: string;
}

/** A session of this gateway, as long as its connection is open. */
export interface LocalSession extends Speaker {
  /** undefined: Kafka has not said yet. */
  readonly generation: number | undefined;
}

/** What the devices topic says of a session at another gateway. */
export interface RemoteSession extends Speaker {
  readonly generation: number;
  /** Of the record that says so. */
  readonly offset: number;
  readonly gone: boolean;
}

/** An agent says something at least every 15 s; a session of which nothing was heard for three of them is over, ms. */
export const HOLD_MS = 45_000;
/** Sessions of one station at other gateways that are remembered. */
const MAX_REMOTE = 8;

interface Heard extends RemoteSession {
  readonly at: number;
}

/**
 * Who speaks for each station. One agent does, the one that was there first: another one with an outbox of its own is
 * refused as long as the first is connected, here or at another gateway, and does not win by a greater clock or by
 * coming later. An agent that comes back (the same outbox) takes its own connection over.
 */
export class StationHolders<S extends LocalSession = LocalSession> {
  readonly #here = new Map<number, Set<S>>();
  readonly #elsewhere = new Map<number, readonly Heard[]>();

  /** @returns who speaks for the station already, where that is another agent than this one. */
  against(stationId: number, asking: Speaker, now: number): Speaker | undefined {
    if (asking.box === "") return undefined;
    const here = [...(this.#here.get(stationId) ?? [])].find(
      (session) => isRival(session, asking) || isLater(session, asking),
    );
    return here ?? this.#living(stationId, now).find((session) => isRival(session, asking));
  }

  opened(stationId: number, session: S): void {
    this.#here.set(stationId, (this.#here.get(stationId) ?? new Set()).add(session));
  }

  closed(stationId: number, session: S): void {
    const sessions = this.#here.get(stationId);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#here.delete(stationId);
  }

  /**
   * The devices topic says something of a session at another gateway.
   *
   * @param now - monotonic, ms.
   * @returns sessions of this gateway that are second to it: it began before them and has spoken since.
   */
  heard(stationId: number, said: RemoteSession, now: number): readonly S[] {
    const here = [...(this.#here.get(stationId) ?? [])];
    if (here.some((session) => session.generation === said.generation)) return [];
    const others = this.#living(stationId, now).filter(({ generation }) => generation !== said.generation);
    const remote = said.gone ? others : [...others, { ...said, at: now }].slice(-MAX_REMOTE);
    if (remote.length > 0) this.#elsewhere.set(stationId, remote);
    else this.#elsewhere.delete(stationId);
    if (said.gone) return [];
    return here.filter((session) => {
      const { generation = Number.POSITIVE_INFINITY } = session;
      return isRival(session, said) && said.generation < generation && generation <= said.offset;
    });
  }

  /** @returns sessions of this gateway that began before another agent's which is gone by now: its last word is newer. */
  outliving(stationId: number, said: RemoteSession): readonly S[] {
    if (!said.gone) return [];
    return [...(this.#here.get(stationId) ?? [])].filter(
      (session) =>
        isRival(session, said) && session.generation !== undefined && session.generation < said.generation,
    );
  }

  #living(stationId: number, now: number): readonly Heard[] {
    return (this.#elsewhere.get(stationId) ?? []).filter(({ at }) => now - at < HOLD_MS);
  }
}

function isRival(one: Speaker, other: Speaker): boolean {
  return one.box !== "" && other.box !== "" && one.box !== other.box;
}

/** A copy of an outbox has its name: the older start does not take over from the newer. */
function isLater(one: Speaker, other: Speaker): boolean {
  return one.box === other.box && one.agentBoot > other.agentBoot;
}
