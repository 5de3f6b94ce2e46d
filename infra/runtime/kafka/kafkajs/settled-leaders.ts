import kafkajs from "kafkajs";
import type { TopicPartition } from "../loop/ports.ts";

/** A partition, as one leadership of a broker: the same broker that leads it again has another epoch. */
export interface Led extends TopicPartition {
  readonly leaderEpoch: number;
}

/**
 * Leaderships that know how far their partitions are committed.
 *
 * A broker that has just become a leader, as after its restart, answers fetches with the high-water mark of its last
 * checkpoint. That mark may be seconds old, and lies before records that were read already. It answers ListOffsets only
 * once it knows better (KIP-207), so each new leadership of a partition is asked that first.
 */
export class SettledLeaders {
  readonly #ask: (places: readonly TopicPartition[]) => Promise<unknown>;
  /** By partition: the leadership that knows. */
  readonly #settled = new Map<string, string>();

  /** @param ask - for the end offsets of partitions of one leader; rejects while it does not know one of them. */
  constructor(ask: (places: readonly TopicPartition[]) => Promise<unknown>) {
    this.#ask = ask;
  }

  /**
   * Those of these partitions, all of one leader, whose leader knows its high-water mark.
   *
   * @throws what `ask` throws, unless it is an answer of the broker that may be another one later.
   */
  async among<T extends Led>(leader: number, places: readonly T[]): Promise<readonly T[]> {
    const leadership = ({ leaderEpoch }: Led): string => `${leader} ${leaderEpoch}`;
    const isSettled = (place: Led): boolean => this.#settled.get(keyOf(place)) === leadership(place);
    const asked = places.filter((place) => !isSettled(place));
    if (asked.length === 0) return places;
    try {
      await this.#ask(asked.map(({ topic, partition }) => ({ topic, partition })));
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSProtocolError) || !error.retriable) throw error;
      return places.filter(isSettled);
    }
    for (const place of asked) this.#settled.set(keyOf(place), leadership(place));
    return places;
  }

  /** This partition may have another leader now. */
  forget(place: TopicPartition): void {
    this.#settled.delete(keyOf(place));
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
