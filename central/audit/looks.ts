import type { Clock } from "../../infra/runtime/clock.ts";
import type { InRecord, LogReader, LookAt, Looked, LookedRecords } from "../../infra/runtime/kafka/ports.ts";
import type { Regrouping } from "../../schemas/audit.ts";
import type { DeviceKind } from "../../schemas/network/devices.ts";
import { parseStationTopic, type Topics } from "../../schemas/topics.ts";
import type { Auditor } from "./core/auditor.ts";
import type { Seen, SeenInOrder, SliceSeen, TopicRole } from "./core/events.ts";
import { floorOf } from "./core/regrouping.ts";
import type { Decoder, RecordRole } from "./read/decode.ts";
import { ReadingReader } from "./read/reading.ts";

export interface LooksOptions {
  readonly auditor: Auditor;
  readonly topics: Topics;
  readonly partitions: number;
  /** Of topics that are not partitioned by station, as far as they have another number. */
  readonly ownPartitions: ReadonlyMap<string, number>;
  /** The last change of their number. */
  readonly regrouping: Regrouping | null;
  readonly reader: LogReader;
  readonly decoder: Decoder;
  readonly clock: Clock;
  /** Which topics the positions are of, as far as that is known. */
  readonly topicIds: Readonly<Record<string, string>>;
}

/** Looks at Kafka for an auditor: from its positions on, decoded, with what was deleted or made again. */
export class Looks {
  readonly #options: LooksOptions;
  readonly #places: ReadonlyMap<string, TopicRole>;
  readonly #topicIds: Map<string, string>;

  constructor(options: LooksOptions) {
    this.#options = options;
    this.#topicIds = new Map(Object.entries(options.topicIds));
    const { topics } = options;
    this.#places = new Map<string, TopicRole>([
      [topics.raw, { role: "raw" }],
      [topics.deadLetter, { role: "deadLetter" }],
      [topics.dedupState, { role: "dedupState" }],
      [topics.devices, { role: "devices" }],
      [topics.turnstileSummary, { role: "turnstileSummary" }],
      [topics.arrivals, { role: "clean", of: "arrival" }],
      [topics.turnstiles, { role: "clean", of: "turnstile" }],
    ]);
  }

  get names(): Topics {
    return this.#options.topics;
  }

  /** Topics that every look is about. */
  get topics(): readonly string[] {
    return [...this.#places.keys()];
  }

  get topicIds(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#topicIds);
  }

  /** Of these topics only, as far as they are known. */
  topicIdsOf(topics: readonly string[]): Readonly<Record<string, string>> {
    const known = topics.flatMap((topic) => {
      const id = this.#topicIds.get(topic);
      return id === undefined ? [] : [[topic, id] as const];
    });
    return Object.fromEntries(known);
  }

  /**
   * One look at these topics, those that exist.
   *
   * @returns whether there is more to read at once.
   * @throws {CodedError} KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE (retryable): nothing of it was taken.
   */
  async take(topics: readonly string[]): Promise<boolean> {
    const { auditor, reader, clock, partitions, ownPartitions } = this.#options;
    const countOf = (topic: string): number =>
      parseStationTopic(topic) ? 1 : (ownPartitions.get(topic) ?? partitions);
    const at = topics.flatMap((topic) => this.#wanted(topic, countOf(topic)));
    const looked = await reader.look(at);
    const slices: SliceSeen[] = [];
    for (const one of looked) slices.push(await this.#slice(one));
    for (const { topic, topicId } of looked) if (topicId !== undefined) this.#topicIds.set(topic, topicId);
    auditor.take({ n: auditor.nextLook, now: clock.now(), slices });
    return looked.some(({ records, next, end }) => records.length > 0 && next < end);
  }

  #wanted(topic: string, partitions: number): readonly LookAt[] {
    return Array.from({ length: partitions }, (_, partition) => ({
      topic,
      partition,
      from:
        this.#options.auditor.reading.progress(topic, partition).position ?? this.#floor(topic, partition),
    }));
  }

  /** Before it everything was audited by another number of partitions. */
  #floor(topic: string, partition: number): number {
    return floorOf(this.#options.regrouping, topic, partition);
  }

  async #slice(looked: Looked): Promise<SliceSeen> {
    const { topic, topicId, partition, end, next } = looked;
    const place = this.#placeOf(topic);
    const { position } = this.#options.auditor.reading.progress(topic, partition);
    const floor = position === null ? this.#floor(topic, partition) : 0;
    const start = Math.max(looked.start, floor);
    const from = position ?? 0;
    const known = this.#topicIds.get(topic);
    const madeAnew = position !== null && ((known !== undefined && topicId !== known) || end < from);
    const common = { place, topic, topicId, partition, from, start, end, madeAnew };
    if (madeAnew) return { ...common, next: start, seen: [] };
    const unreadable = looked.unreadable.map(
      (some): Seen => ({ kind: "unreadable", offset: some.from, since: 0, detail: some.reason }),
    );
    const seen =
      place.role === "clean" || place.role === "copy"
        ? new Readings(unreadable, looked.records, place.of)
        : [...unreadable, ...(await this.#decoded(looked.records, place))];
    return { ...common, next: Math.max(next, start), seen };
  }

  async #decoded(records: Iterable<InRecord>, place: RecordRole): Promise<readonly Seen[]> {
    const seen: Seen[] = [];
    for (const record of records) {
      const decoded = this.#options.decoder.decode(record, place);
      // Raw records are decoded at once, and there may be many: a turn of the event loop's queue for each is felt.
      const one = decoded instanceof Promise ? await decoded : decoded;
      if (one) seen.push(one);
    }
    return seen;
  }

  #placeOf(topic: string): TopicRole {
    const place = this.#places.get(topic);
    if (place) return place;
    const own = parseStationTopic(topic);
    const of: DeviceKind = own?.kind === "arrivals" ? "arrival" : "turnstile";
    return { role: "copy", of, stationId: own?.stationId ?? 0 };
  }
}

/**
 * A slice of readings, each decoded when the auditor takes it. There is one for each entry of the city: kept until the
 * whole look is decoded, they cost the garbage collector more than the counting does.
 */
class Readings implements SeenInOrder {
  readonly #unreadable: readonly Seen[];
  readonly #records: LookedRecords;
  readonly #of: DeviceKind;

  constructor(unreadable: readonly Seen[], records: LookedRecords, of: DeviceKind) {
    this.#unreadable = unreadable;
    this.#records = records;
    this.#of = of;
  }

  forEach(take: (seen: Seen) => void): void {
    for (const seen of this.#unreadable) take(seen);
    const reader = new ReadingReader(this.#of);
    this.#records.forEach((record) => {
      take(reader.read(record));
    });
  }
}
