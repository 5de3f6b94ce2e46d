import type { Evidence } from "../../../schemas/audit.ts";
import type { DeviceKind } from "../../../schemas/network/devices.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import type { AgentState, DeviceState } from "../../../schemas/states.ts";

/** What the auditor reads, one record each, decoded. `since` is the record's timestamp, epoch ms. */
interface At {
  readonly offset: number;
  readonly since: number;
}

/** Checksums of consecutive numbers' contents. */
export interface Contents {
  /** The number of the first. */
  readonly from: number;
  readonly checksums: readonly number[];
}

/** A raw record: which numbers of which devices it shows. */
export interface BatchSeen extends At {
  readonly kind: "batch";
  readonly stationId: number;
  readonly agentBoot: number;
  readonly runs: readonly (SeqRange & {
    readonly deviceId: string;
    readonly bootId: number;
    readonly contents: Contents | null;
  })[];
}

/** A record that is not one of its topic's. */
export interface UnreadableSeen extends At {
  readonly kind: "unreadable";
  readonly detail: string;
}

/** A record of a clean topic, or of a station's own. */
export interface ReadingSeen extends At {
  readonly kind: "reading";
  /** null: not to be read. */
  readonly keyStation: number | null;
  readonly valueStation: number | null;
  /** null: no header says which reading it is. */
  readonly reading: { readonly deviceId: string; readonly bootId: number; readonly seq: number } | null;
  /** null: not to be read. */
  readonly content: number | null;
}

/** One that says which reading it is. */
export type NamedReading = ReadingSeen & { readonly reading: NonNullable<ReadingSeen["reading"]> };

/** A row of the table of sums. */
export interface SumSeen extends At {
  readonly kind: "sum";
  readonly stationId: number;
  /** null: the row is gone. */
  readonly count: number | null;
  /** Per partition of the clean topic the offset below which everything is in the sum; null: not reported. */
  readonly cuts: ReadonlyMap<number, number> | null;
  /** The same of this row alone, and not of the table's other rows; null: not reported. */
  readonly ownCut: ReadonlyMap<number, number> | null;
}

export interface StateSeen extends At {
  readonly kind: "state";
  readonly state: DeviceState | AgentState;
}

/** dedup has dealt with this partition of the raw topic below an offset. */
export interface CommitSeen extends At {
  readonly kind: "commit";
  readonly next: number;
  /** Of the raw topic that this offset is one of; undefined: it was written before topics had ids. */
  readonly topicId: string | undefined;
}

export interface DeadLetterSeen extends At {
  readonly kind: "dead-letter";
  readonly reason: string;
  /** Of dedup: the raw record. null: of somebody else. */
  readonly raw: { readonly partition: number; readonly offset: number } | null;
  /** The readings that are in it, as far as they can be told; of a raw record without any, all of it is refused. */
  readonly readings: readonly (SeqRange & { readonly deviceId: string; readonly bootId: number })[];
}

/** A place that is read: a partition of a topic, and what the topic is. */
export type TopicRole =
  | { readonly role: "raw" | "deadLetter" | "dedupState" | "devices" | "turnstileSummary" }
  | { readonly role: "clean"; readonly of: DeviceKind }
  | { readonly role: "copy"; readonly of: DeviceKind; readonly stationId: number };

export type Seen =
  | BatchSeen
  | UnreadableSeen
  | ReadingSeen
  | SumSeen
  | StateSeen
  | CommitSeen
  | DeadLetterSeen;

/** What is the same of all records of a slice. */
export interface SliceAt {
  readonly topic: string;
  readonly partition: number;
  /** The look that brought it. */
  readonly look: number;
}

/** Made only for what is shown to someone: readings are many, and findings are few. */
export function evidenceOf({ topic, partition }: SliceAt, offset: number): Evidence {
  return { topic, partition, offset };
}

/** What one look at Kafka brought of one partition. */
export interface SliceSeen {
  readonly place: TopicRole;
  readonly topic: string;
  /** Which topic of this name it is; undefined: not known. */
  readonly topicId: string | undefined;
  readonly partition: number;
  /** Where it was read from, and where it is to be read on. */
  readonly from: number;
  readonly next: number;
  /** First offset that Kafka still has, and the high-water mark, at the time of its answer. */
  readonly start: number;
  readonly end: number;
  /** Is it another topic of the same name than before? Then `from` is where the old one was read to. */
  readonly madeAnew: boolean;
  /** Walked through once. */
  readonly seen: SeenInOrder;
}

/** An array is one. Where there is a record for each reading, each is decoded when its turn comes. */
export interface SeenInOrder {
  forEach(take: (seen: Seen) => void): void;
}

/** One look at all partitions. Looks are numbered, also across restarts. */
export interface Look {
  readonly n: number;
  /** Wall clock when the answers were there, epoch ms. */
  readonly now: number;
  readonly slices: readonly SliceSeen[];
}
