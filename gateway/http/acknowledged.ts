import type { FleetEvent } from "../../schemas/fleet.ts";

interface Comparison {
  /** The indexes of events with the identity of another one: acknowledged lately, or earlier in the same body. */
  readonly conflicts: readonly number[];
  /** Kafka has these events: remember them. Not before, because what never arrived binds no later event. */
  readonly acknowledged: () => void;
}

/** Identities kept: some minutes of a large fleet, at some 120 bytes each. */
const CAPACITY = 65_536;

/**
 * What was acknowledged lately, to answer at once when a vehicle uses a number again for something else.
 *
 * It remembers one instance's last events only, so it finds the common mistakes and no others; the writer compares each
 * event with the table, and has the last word.
 */
export class AcknowledgedEvents {
  readonly #capacity: number;
  /** Of the content, by identity. Two halves, so that to forget the oldest costs nothing. */
  #newer = new Map<string, number>();
  #older: ReadonlyMap<string, number> = new Map();

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  compare(events: readonly FleetEvent[]): Comparison {
    const fresh = new Map<string, number>();
    const conflicts: number[] = [];
    for (const [index, event] of events.entries()) {
      const identity = identityOf(event);
      const hash = hashOf(event);
      const known = this.#newer.get(identity) ?? this.#older.get(identity) ?? fresh.get(identity);
      if (known === undefined) fresh.set(identity, hash);
      else if (known !== hash) conflicts.push(index);
    }
    return { conflicts, acknowledged: () => this.#add(fresh) };
  }

  #add(fresh: ReadonlyMap<string, number>): void {
    for (const [identity, hash] of fresh) {
      if (this.#newer.size >= this.#capacity / 2) {
        this.#older = this.#newer;
        this.#newer = new Map();
      }
      this.#newer.set(identity, hash);
    }
  }
}

function identityOf({ vehicle_id, boot, sequence }: FleetEvent): string {
  return `${vehicle_id} ${boot} ${sequence}`;
}

const numbers = new Float64Array(6);
const words = new Uint32Array(numbers.buffer);

/**
 * Of what the event says, equal where PostgreSQL finds its columns equal: the same moment in another zone, or the
 * metadata in another order, is no other event. What differs by less than a millisecond passes for the same here.
 *
 * 53 bits in the manner of FNV-1a: enough against chance. Two that collide are told apart by the writer.
 */
function hashOf({ time, lat, lon, speed, heading, battery, metadata }: FleetEvent): number {
  // 0 and -0 are equal, and differ in their bits.
  numbers.set([Date.parse(time), lat + 0, lon + 0, speed + 0, heading + 0, battery + 0]);
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (const word of words) {
    low = Math.imul(low ^ word, 0x01000193);
    high = Math.imul(high ^ word ^ (low >>> 15), 0x5bd1e995);
  }
  const names = Object.keys(metadata);
  const text = JSON.stringify(
    names.length > 1 ? names.sort().map((name) => [name, metadata[name]]) : metadata,
  );
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit ^ (low >>> 15), 0x5bd1e995);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
