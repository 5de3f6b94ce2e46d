import type { InRecord, OutRecord } from "../../../infra/runtime/kafka/ports.ts";
import { parseStationTopic } from "../../../schemas/topics.ts";
import type { BeforeRaw } from "../world/scripted-field.ts";
import { nameOf, type Wire } from "../world/wire.ts";
import { struckBatch, struckClean, struckRaw } from "./items.ts";
import type { Strike } from "./strike.ts";
import type { Tampering } from "./tampered-kafka.ts";

/** Where between Kafka and its clients an injector stands. */
export const SEATS = [
  /** Between PUBACK and Kafka. */
  "gateway",
  /** Every reader of the raw topic sees a copy that was rewritten. */
  "raw",
  /** dedup alone is given other records than raw holds. */
  "dedup's input",
  /** dedup writes other records than it counts. */
  "dedup's output",
  /** dedup writes other records than it counts into the stations' own topics alone. */
  "dedup's copies",
  /** Every reader of the clean topic sees a copy that was rewritten. */
  "clean",
  /** The summary's query alone is given other records than the clean topic holds. */
  "query's input",
] as const;
export type InjectionSeat = (typeof SEATS)[number];

/** Strikes at each seat: none at first. */
export class Injector {
  readonly #strikes = new Map<InjectionSeat, Strike[]>();
  readonly #starts = new Map<string, number>();
  readonly #altered: { readonly deviceId: string; readonly seq: number; readonly text: string }[] = [];
  readonly #wire: () => Wire;
  readonly #dedupGroup: string;

  /** @param prefix - of topics and groups. @param wire - asked at the first record. */
  constructor(prefix: string, wire: () => Wire) {
    this.#wire = wire;
    this.#dedupGroup = `${prefix}dedup`;
  }

  strike(seat: InjectionSeat, strike: Strike): void {
    this.#strikes.set(seat, [...this.#at(seat), strike]);
  }

  /** dedup writes another content of this reading: of an entry the line, of an arrival the train. */
  alter(deviceId: string, seq: number, text: string): void {
    this.#altered.push({ deviceId, seq, text });
  }

  readonly beforeRaw: BeforeRaw = (batch) => struckBatch(batch, this.#at("gateway"));

  /** For the stages. */
  get tampering(): Tampering {
    return {
      ...this.reading,
      given: (group, records) => this.#given(group, records),
      written: (group, records) =>
        group === this.#dedupGroup ? this.#alteredIn(this.#output(records)) : records,
    };
  }

  /** For every other reader. */
  get reading(): Pick<Tampering, "read" | "start"> {
    const start = (topic: string): number => this.#starts.get(topic) ?? 0;
    return {
      read: (records) =>
        this.#clean("clean", this.#raw("raw", records)).filter(({ topic, offset }) => offset >= start(topic)),
      start,
    };
  }

  /** All partitions of a topic lose what is below this offset. */
  forget(topic: string, below: number): void {
    this.#starts.set(topic, below);
  }

  #given(group: string, records: readonly InRecord[]): readonly InRecord[] {
    return group === this.#dedupGroup
      ? this.#raw("dedup's input", records)
      : this.#clean("query's input", records);
  }

  #output(records: readonly OutRecord[]): readonly OutRecord[] {
    const strikes = this.#at("dedup's copies");
    const merged = this.#clean("dedup's output", records);
    if (strikes.length === 0) return merged;
    return merged.flatMap((record) =>
      parseStationTopic(record.topic) ? struckClean(record, strikes, this.#wire()) : record,
    );
  }

  #raw(seat: InjectionSeat, records: readonly InRecord[]): readonly InRecord[] {
    const strikes = this.#at(seat);
    if (strikes.length === 0) return records;
    const wire = this.#wire();
    return records.flatMap((record) =>
      record.topic === wire.topics.raw ? struckRaw(record, strikes, wire) : record,
    );
  }

  #clean<R extends InRecord | OutRecord>(seat: InjectionSeat, records: readonly R[]): readonly R[] {
    const strikes = this.#at(seat);
    if (strikes.length === 0) return records;
    const wire = this.#wire();
    return records.flatMap((record) => (wire.isClean(record) ? struckClean(record, strikes, wire) : record));
  }

  #alteredIn(records: readonly OutRecord[]): readonly OutRecord[] {
    if (this.#altered.length === 0) return records;
    const wire = this.#wire();
    return records.map((record) => {
      if (!wire.isClean(record)) return record;
      const name = nameOf(record);
      const change = this.#altered.find((one) => one.deviceId === name.deviceId && one.seq === name.seq);
      return change ? wire.altered(record, change.text) : record;
    });
  }

  #at(seat: InjectionSeat): readonly Strike[] {
    return this.#strikes.get(seat) ?? [];
  }
}
