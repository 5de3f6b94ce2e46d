import type { Evidence, Finding, Resolution } from "../../../schemas/audit.ts";
import {
  DEVICE_KINDS,
  type DeviceKind,
  type DeviceRef,
  parseDeviceId,
} from "../../../schemas/network/devices.ts";
import { CHICAGO } from "../../../schemas/network/network.ts";
import { CLEAN_TOPICS, partitionOf } from "../../../schemas/topics.ts";
import type { FindingReporter } from "./account.ts";
import { DeadLetters } from "./dead-letters.ts";
import type { SumCount } from "./equations.ts";
import {
  type DeadLetterSeen,
  evidenceOf,
  type Look,
  type NamedReading,
  type ReadingSeen,
  type Seen,
  type SliceAt,
  type SliceSeen,
  type TopicRole,
} from "./events.ts";
import { type Fact, Findings } from "./findings.ts";
import { misplacedBecause, NO_DEVICE, Partition, type PartitionAuditState } from "./partition.ts";
import { type AuditedTopics, type ReadingPosition, ReadingPositions } from "./reading-positions.ts";
import type { ReadingProgress } from "./reading-progress.ts";
import { floorOf } from "./regrouping.ts";
import { ReportedStates } from "./reported-states.ts";
import type { Covered, StationAudit, StationAuditState } from "./station.ts";
import { Summary } from "./summary.ts";

/** What an auditor must know to go on where another one ended, besides findings and stations. */
export interface AuditorState {
  readonly look: number;
  readonly positions: readonly ReadingPosition[];
  readonly partitions: readonly PartitionAuditState[];
  readonly deadLetters: ReturnType<DeadLetters["toJSON"]>;
  readonly nameless: readonly (readonly [DeviceKind, number])[];
}

/** A stranger may name more devices than there are: no more of them are remembered. */
const MAX_REFS = 4_096;

/** In this order each look is taken: inputs before outputs, so that what came of a record finds it known. */
const ORDER: readonly TopicRole["role"][] = [
  "devices",
  "raw",
  "deadLetter",
  "dedupState",
  "clean",
  "copy",
  "turnstileSummary",
];

/**
 * Counts records, not claims: what each place has of each device, held against the place before it at cuts that Kafka's
 * own offsets make (delivery rule 9). No I/O, no clock: the same looks give the same findings.
 *
 * It shares no code with what it checks: neither dedup's nor the query's.
 */
export class Auditor {
  readonly findings = new Findings();
  readonly reported = new ReportedStates();
  readonly partitions: readonly Partition[];
  readonly summary: Summary;
  /** How far each partition of each topic has been read. */
  readonly reading: ReadingPositions;
  readonly #options: AuditedTopics;
  readonly #deadLetters: DeadLetters;
  readonly #clean: Readonly<Record<DeviceKind, string>>;
  /** The stations' own topics that are looked at, and the looks up to which they were cut. */
  readonly #copied = new Set<string>();
  readonly #copyCuts = new Map<string, number>();
  readonly #copyGaps = new Set<string>();
  readonly #nameless: Map<DeviceKind, number>;
  readonly #refs = new Map<string, DeviceRef>();
  /** Which topic each partition is of that was looked at. */
  readonly #topicIds = new Map<string, string | undefined>();
  #look: number;
  #now = 0;

  constructor(options: AuditedTopics, state?: AuditorState) {
    this.#options = options;
    this.#look = state?.look ?? 0;
    this.#deadLetters = new DeadLetters(state?.deadLetters);
    this.#nameless = new Map(state?.nameless);
    const { topics, partitions, tablePartitions = partitions, network = CHICAGO, regrouping } = options;
    this.summary = new Summary(this.findings, tablePartitions);
    this.reading = new ReadingPositions(options, state?.positions);
    this.#clean = { arrival: topics.arrivals, turnstile: topics.turnstiles };
    const reporter: FindingReporter = {
      found: (fact) => this.findings.report(fact, this.#now),
      withdrawn: (fact) => this.findings.withdraw(fact, this.#now),
    };
    this.partitions = Array.from({ length: partitions }, (_, partition) => {
      const share = {
        ...{ partition, partitions, network, reporter },
        ...{ rawTopic: topics.raw, cleanTopics: this.#clean, deadLetters: this.#deadLetters },
      };
      const own = new Partition(share, state?.partitions[partition]);
      // Without a memory the audit begins where the number of partitions changed: what was before is not known.
      if (regrouping && !state) own.beginsAt(floorOf(regrouping, topics.raw, partition));
      return own;
    });
  }

  /** The number of the next look. */
  get nextLook(): number {
    return this.#look + 1;
  }

  /** @param covered - per topic, what the state covers. */
  restoreStation(id: number, state: StationAuditState, covered: Readonly<Record<string, Covered>>): void {
    this.#of(id).restore(id, state, covered);
  }

  /** The same of a station whose records lie in another partition since; everything before that had been read. */
  restoreMoved(id: number, state: StationAuditState, covered: Readonly<Record<string, Covered>>): void {
    const { topics, partitions, regrouping } = this.#options;
    const from = floorOf(regrouping, topics.turnstiles, partitionOf(id, partitions));
    this.#of(id).restoreMoved(id, state, covered, from);
  }

  restoreFinding(finding: Finding): void {
    this.findings.restore(finding);
  }

  resolve(id: string, resolution: Resolution): void {
    this.findings.resolve(id, resolution);
  }

  /** A station's records in the clean topic, and what the table of sums says of them. */
  sumOf({ sum }: StationAudit): SumCount {
    return { clean: sum.counted, summed: sum.row?.count ?? 0, miscounted: sum.off };
  }

  /** Records of the clean topics that name no reading. */
  nameless(kind: DeviceKind): number {
    return this.#nameless.get(kind) ?? 0;
  }

  /** The stations' own topics that are looked at from now on. */
  copies(topics: Iterable<string>): void {
    for (const topic of topics) this.#copied.add(topic);
  }

  /** Is there a sum that has not been judged for so long, although records of it were read? */
  sumsOverdue(ms: number): boolean {
    const before = this.#now - ms;
    const overdue = ({ sum }: StationAudit): boolean => sum.unsureSince !== null && sum.unsureSince < before;
    return this.partitions.some(({ stations }) => [...stations].some(overdue));
  }

  /** The query has dealt with the clean topic below these offsets; its table showed it before the next look. */
  summedBelow(cuts: ReadonlyMap<number, number>): void {
    this.summary.progressed(cuts, this.#look);
  }

  take(look: Look): void {
    this.#look = look.n;
    this.#now = look.now;
    const slices = [...look.slices].sort((x, y) => ORDER.indexOf(x.place.role) - ORDER.indexOf(y.place.role));
    for (const slice of slices) this.#slice(slice);
    for (const { topic, partition, next, end } of slices)
      this.reading.progress(topic, partition).observe(look.n, next, end);
    this.#cut();
  }

  toJSON(): AuditorState {
    return {
      look: this.#look,
      positions: this.reading.toJSON(),
      partitions: this.partitions.map((partition) => partition.toJSON()),
      deadLetters: this.#deadLetters.toJSON(),
      nameless: [...this.#nameless],
    };
  }

  #slice(slice: SliceSeen): void {
    const { place, topic, partition, start, from } = slice;
    this.#reads(slice);
    const progress = this.reading.progress(topic, partition);
    const first = progress.position === null;
    if (slice.madeAnew) this.#madeAnew(slice, progress);
    else if (start > from) this.#gap(slice, first);
    const at: SliceAt = { topic, partition, look: this.#look };
    slice.seen.forEach((seen) => {
      if (seen.kind === "reading") this.#reading(seen, place, at);
      else this.#take(seen, place, evidenceOf(at, seen.offset));
    });
  }

  /** Which topic is behind this name, where that is new. */
  #reads({ place, topic, topicId, partition, madeAnew }: SliceSeen): void {
    const key = `${topic}@${partition}`;
    if (!madeAnew && this.#topicIds.has(key) && this.#topicIds.get(key) === topicId) return;
    this.#topicIds.set(key, topicId);
    const own = place.role === "copy" ? this.#of(place.stationId) : this.partitions[partition];
    own?.reads(topic, topicId, madeAnew);
  }

  #take(seen: Exclude<Seen, ReadingSeen>, place: TopicRole, evidence: Evidence): void {
    const own = this.partitions[evidence.partition];
    switch (seen.kind) {
      case "batch":
        own?.batch(seen, evidence);
        return;
      case "commit":
        own?.commit(seen, this.#look);
        return;
      case "state":
        this.reported.note(seen.state, seen.since);
        this.#of(seen.state.stationId).state(seen, evidence, this.#look);
        return;
      case "sum": {
        const clean = partitionOf(seen.stationId, this.#options.partitions);
        const station = this.partitions[clean]?.station(seen.stationId);
        if (station) this.summary.show(station, clean, seen, evidence, this.#look);
        return;
      }
      case "dead-letter":
        this.#deadLetter(seen);
        return;
      case "unreadable":
        if (place.role === "raw") own?.unreadable(seen);
        if (place.role === "clean" || place.role === "copy") this.#unnamed(place, evidence, seen.detail);
    }
  }

  #reading(seen: ReadingSeen, place: TopicRole, at: SliceAt): void {
    if (place.role !== "clean" && place.role !== "copy") return;
    // The query counts what the value says, whatever the header says.
    if (place.role === "clean" && place.of === "turnstile" && seen.valueStation !== null) {
      this.#summed(seen.valueStation, seen.offset, at);
    }
    const ref = seen.reading && this.#refOf(seen.reading.deviceId);
    const station = ref ? this.#of(ref.stationId).station(ref.stationId) : undefined;
    if (station?.covers(at.topic, seen.offset)) return;
    const device = ref && station?.device(ref);
    if (!device || !isNamed(seen)) {
      this.#unnamed(place, evidenceOf(at, seen.offset), "without the name of a reading");
      return;
    }
    const { stationId } = ref;
    if (place.role === "clean") {
      const copied = this.#copied.size > 0 && this.#copied.has(this.#options.copyOf(place.of, stationId));
      this.#of(stationId).reading(seen, place.of, device, at, copied);
      return;
    }
    const wrong = stationId === place.stationId ? null : `in the topic of station ${place.stationId}`;
    device.copied(seen, at, wrong ?? misplacedBecause(seen, place.of, ref, at, null));
  }

  /** A record of the clean topic that the query counts for this station. */
  #summed(stationId: number, offset: number, { topic, partition }: SliceAt): void {
    const station = this.#of(stationId).station(stationId);
    if (!station) return;
    if (partitionOf(stationId, this.#options.partitions) !== partition) station.sum.stray(partition, offset);
    else if (!station.covers(topic, offset)) station.sum.record(offset, this.#now);
  }

  /** Ids come again with every reading. */
  #refOf(deviceId: string): DeviceRef | undefined {
    const known = this.#refs.get(deviceId);
    if (known) return known;
    const ref = parseDeviceId(deviceId);
    if (ref && this.#refs.size < MAX_REFS) this.#refs.set(deviceId, ref);
    return ref;
  }

  #unnamed(place: TopicRole, evidence: Evidence, detail: string): void {
    if (place.role === "clean") this.#nameless.set(place.of, this.nameless(place.of) + 1);
    const hop = place.role === "copy" ? "station-topic" : "dedup";
    const { offset } = evidence;
    const fact: Fact = { ...NO_DEVICE, kind: "unexpected", hop, from: offset, to: offset, evidence, detail };
    this.findings.report(fact, this.#now);
  }

  #deadLetter(seen: DeadLetterSeen): void {
    this.#deadLetters.add(seen);
    if (seen.raw) return;
    for (const { deviceId, ...range } of seen.readings) {
      const ref = parseDeviceId(deviceId);
      if (ref) this.#of(ref.stationId).station(ref.stationId)?.device(ref).acknowledged.refused(range);
    }
  }

  #of(stationId: number): Partition {
    return this.partitions[partitionOf(stationId, this.#options.partitions)] as Partition;
  }

  #gap({ place, topic, partition, start, from }: SliceSeen, first: boolean): void {
    const own = this.partitions[partition];
    if (place.role === "clean") own?.cleanGap(place.of, first);
    if (place.role === "copy") this.#copyGaps.add(topic);
    if (place.role !== "raw") return;
    own?.rawGap(start, first);
    if (!first) this.#unread(topic, partition, from, start - 1, "deleted before it was read");
  }

  #madeAnew({ place, topic, partition, from }: SliceSeen, progress: ReadingProgress): void {
    progress.reset();
    const own = this.partitions[partition];
    if (place.role === "turnstileSummary") {
      this.summary.madeAnew();
      for (const one of this.partitions) one.sumsMadeAnew();
    }
    if (place.role === "clean") own?.cleanGap(place.of, false);
    if (place.role === "copy") this.#copyGaps.add(topic);
    if (place.role !== "raw") return;
    own?.rawMadeAnew();
    this.#unread(
      topic,
      partition,
      from,
      from,
      "the topic was deleted and made again; it is not known what it held from here on",
    );
  }

  #unread(topic: string, partition: number, from: number, to: number, detail: string): void {
    const evidence = { topic, partition, offset: from };
    this.findings.report({ ...NO_DEVICE, kind: "unread", hop: "raw", from, to, evidence, detail }, this.#now);
  }

  #cut(): void {
    const { topics } = this.#options;
    const dead = this.partitions.map((_, p) => this.reading.progress(topics.deadLetter, p).caught);
    const { partitions, tablePartitions = partitions } = this.#options;
    const rows = Array.from(
      { length: tablePartitions },
      (_, p) => this.reading.progress(topics.turnstileSummary, p).caught,
    );
    this.summary.readBefore(rows);
    this.partitions.forEach((own, p) => {
      const raw = this.reading.progress(topics.raw, p);
      const outputs = CLEAN_TOPICS.map((name) => this.reading.progress(topics[name], p).caught);
      const offset = own.cut.close(Math.min(...outputs, dead[p] ?? 0), raw.position ?? 0);
      if (offset !== undefined) own.closeAt(offset, this.#look);
      own.settle(raw.caught, this.#clean);
      own.judgeClaims(Math.min(raw.caught, ...dead), this.#now);
      const entries = this.reading.progress(topics.turnstiles, p);
      this.summary.judge(own.stations, p, entries.position ?? 0, entries.caught, this.#now);
    });
  }

  /** The stations' own topics are read in looks of their own: hold them against the clean topics. */
  cutCopies(): void {
    this.partitions.forEach((own, p) => {
      for (const station of own.stations) {
        for (const kind of DEVICE_KINDS) {
          const topic = this.#options.copyOf(kind, station.id);
          const { caught } = this.reading.progress(topic, 0);
          if (caught === 0 || this.#copyCuts.get(topic) === caught) continue;
          this.#copyCuts.set(topic, caught);
          const unread = this.#copyGaps.delete(topic);
          const clean = { topic: this.#clean[kind], partition: p };
          const read = this.reading.progress(clean.topic, p);
          for (const device of station.ofKind(kind)) {
            device.cutCopies(caught, { ...clean, offset: Math.max(0, (read.position ?? 1) - 1) }, unread);
            device.settleCopies(read.caught, topic, unread);
          }
        }
      }
    });
  }
}

function isNamed(seen: ReadingSeen): seen is NamedReading {
  return seen.reading !== null;
}
