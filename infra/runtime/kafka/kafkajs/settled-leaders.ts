import kafkajs from "kafkajs";
import type { TopicPartition } from "../loop/ports.ts";

/** A partition, and the broker that leads it. */
interface Led extends TopicPartition {
  readonly leader: number;
}

/**
 * Leaders that know how far their partitions are committed.
 *
 * A broker that has just become a leader, as after its restart, answers fetches with the high-water mark of its last
 * checkpoint. That mark may be seconds old, and lies before records that were read already. It answers ListOffsets only
 * once it knows better (KIP-207), so each leader of a partition is asked that first.
 */
export class SettledLeaders {
  readonly #ask: (places: readonly TopicPartition[]) => Promise<unknown>;
  readonly #settled = new Set<string>();

  /** @param ask - for the end offsets of partitions of one leader; rejects while it does not know one of them. */
  constructor(ask: (places: readonly TopicPartition[]) => Promise<unknown>) {
    this.#ask = ask;
  }

  /**
   * Those of these partitions, all of one leader, whose leader knows its high-water mark.
   *
   * @throws what `ask` throws, unless it is an answer of the broker that may be another one later.
   */
  async among<T extends TopicPartition>(leader: number, places: readonly T[]): Promise<readonly T[]> {
    const isSettled = ({ topic, partition }: TopicPartition): boolean =>
      this.#settled.has(keyOf({ leader, topic, partition }));
    const asked = places.filter((place) => !isSettled(place));
    if (asked.length === 0) return places;
    try {
      await this.#ask(asked.map(({ topic, partition }) => ({ topic, partition })));
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSProtocolError) || !error.retriable) throw error;
      return places.filter(isSettled);
    }
    for (const { topic, partition } of asked) this.#settled.add(keyOf({ leader, topic, partition }));
    return places;
  }

  /** This partition may have another leader now. */
  forget({ topic, partition }: TopicPartition): void {
    const end = ` ${topic}-${partition}`;
    for (const key of this.#settled) if (key.endsWith(end)) this.#settled.delete(key);
  }
}

function keyOf({ leader, topic, partition }: Led): string {
  return `${leader} ${topic}-${partition}`;
}
