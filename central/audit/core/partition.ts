import type { Evidence } from "../../../schemas/audit.ts";
import {
  DEVICE_KINDS,
  type DeviceKind,
  type DeviceRef,
  parseDeviceId,
} from "../../../schemas/network/devices.ts";
import type { StationNetwork } from "../../../schemas/network/network.ts";
import { partitionOf } from "../../../schemas/topics.ts";
import type { FindingReporter } from "./account.ts";
import { type Claim, claimOf } from "./claim.ts";
import { CommitCut, type CommitCutState } from "./commit-cut.ts";
import type { DeadLetters, RunOf } from "./dead-letters.ts";
import type { DeviceAudit } from "./device.ts";
import type {
  BatchSeen,
  CommitSeen,
  NamedReading,
  ReadingSeen,
  SliceAt,
  StateSeen,
  UnreadableSeen,
} from "./events.ts";
import { OutputGap } from "./gap.ts";
import { type Covered, StationAudit, type StationAuditState } from "./station.ts";

export interface PartitionOptions {
  readonly partition: number;
  readonly partitions: number;
  readonly network: StationNetwork;
  readonly rawTopic: string;
  readonly cleanTopics: Readonly<Record<DeviceKind, string>>;
  readonly reporter: FindingReporter;
  readonly deadLetters: DeadLetters;
}

export interface PartitionAuditState {
  readonly cut: CommitCutState;
  readonly gaps: readonly (readonly [DeviceKind, ReturnType<OutputGap["toJSON"]>])[];
  /** Does the audit know the raw partition from its first record? */
  readonly whole: boolean;
  readonly sumsWhole: boolean;
  readonly trustUntil: number;
  /** Was the raw topic made again since the audit began? */
  readonly rawAnew?: true;
  readonly trustedLook: number;
  readonly poison: readonly number[];
  /** See `beginsAt`. */
  readonly begins?: true;
}

interface PendingClaim {
  readonly device: DeviceAudit;
  readonly claim: Claim;
  readonly evidence: Evidence;
  readonly look: number;
}

/** Unreadable raw records that wait for their dead letters, at most; more are counted by the dead letters alone. */
const MAX_POISON = 1_000;
/** Words of agents that wait to be judged, at most: of a device the newest counts. */
const MAX_CLAIMS = 20_000;
/** Stations that the network does not know: any writer of the raw topic can name them. */
const MAX_UNKNOWN_STATIONS = 100;

/** One partition of the raw topic, with everything that comes of it: its stations, and where dedup is. */
export class Partition {
  readonly cut: CommitCut;
  readonly #options: PartitionOptions;
  readonly #stations = new Map<number, StationAudit>();
  readonly #gaps: Map<DeviceKind, OutputGap>;
  #whole: boolean;
  #sumsWhole: boolean;
  /** Until dedup is behind this offset, clean records may come of raw records that were deleted unread; 0: none do. */
  #trustUntil: number;
  #rawAnew: boolean;
  /** Which raw topic is read; undefined: not known. */
  #rawId: string | undefined;
  /** What looks up to this one brought may do so. */
  #trustedLook = 0;
  #poison: number[];
  #claims: PendingClaim[] = [];
  #unknown = 0;
  #begins: boolean;

  constructor(options: PartitionOptions, state?: PartitionAuditState) {
    this.#options = options;
    this.cut = new CommitCut(state?.cut);
    this.#gaps = new Map(DEVICE_KINDS.map((kind) => [kind, new OutputGap()]));
    for (const [kind, gap] of state?.gaps ?? []) this.#gaps.set(kind, new OutputGap(gap));
    this.#whole = state?.whole ?? true;
    this.#sumsWhole = state?.sumsWhole ?? true;
    this.#trustUntil = state?.trustUntil ?? 0;
    this.#rawAnew = state?.rawAnew ?? false;
    this.#trustedLook = state?.trustedLook ?? 0;
    this.#poison = [...(state?.poison ?? [])];
    this.#begins = state?.begins ?? false;
  }

  get stations(): Iterable<StationAudit> {
    return this.#stations.values();
  }

  /** @param covered - per topic, what the state covers. */
  restore(id: number, state: StationAuditState, covered: Readonly<Record<string, Covered>>): void {
    const { reporter } = this.#options;
    const station = new StationAudit(id, reporter, this.#sumsWhole, state, covered);
    station.changed = false;
    this.#stations.set(id, station);
  }

  /** @param from - where the clean records of its new partition begin that are its own. */
  restoreMoved(
    id: number,
    state: StationAuditState,
    covered: Readonly<Record<string, Covered>>,
    from: number,
  ): void {
    this.restore(id, state, covered);
    // `station` marks it as changed. Its memory is soon written with offsets of its new partition.
    this.station(id)?.moved(from);
  }

  /** The audit begins at this offset of raw, and knows nothing of what was before. */
  beginsAt(offset: number): void {
    this.#begins = true;
    this.rawGap(offset, true);
    for (const kind of DEVICE_KINDS) this.cleanGap(kind, true);
  }

  /** undefined: a station that nothing says anything of, and there are too many of those. */
  station(id: number): StationAudit | undefined {
    const known = this.#stations.get(id);
    if (known) {
      known.changed = true;
      return known;
    }
    if (!this.#options.network.stationById(id) && this.#unknown++ >= MAX_UNKNOWN_STATIONS) return undefined;
    const station = new StationAudit(id, this.#options.reporter, this.#sumsWhole);
    if (this.#rawAnew) station.rawMadeAnew();
    this.#stations.set(id, station);
    return station;
  }

  /** Raw records were deleted before they were read. @param first - is this where the audit begins? */
  rawGap(start: number, first: boolean): void {
    this.#whole = false;
    this.#trustUntil = Math.max(this.#trustUntil, start);
    if (first) this.#sumsWhole = false;
  }

  /** Clean records were deleted before they were read. */
  cleanGap(kind: DeviceKind, first: boolean): void {
    this.#gap(kind).found();
    if (kind !== "turnstile") return;
    if (first) this.#sumsWhole = false;
    for (const { sum } of this.#stations.values()) sum.rebase();
  }

  /** The table of sums is another one: how far the old one was off says nothing of it. */
  sumsMadeAnew(): void {
    for (const station of this.#stations.values()) {
      if (station.sum.off !== 0) station.changed = true;
      station.sum.off = 0;
    }
  }

  /** This topic is read from now on: memories and commits hold for it only as far as they are of the same one. */
  reads(topic: string, topicId: string | undefined, madeAnew: boolean): void {
    if (topic === this.#options.rawTopic) this.#rawId = topicId;
    for (const station of this.#stations.values()) station.reads(topic, topicId, madeAnew);
  }

  /**
   * Another raw topic of the same name: what is on its way came of the old one, with which dedup is through. Until dedup
   * has begun with the new one, clean records may come of what the old one held unread.
   */
  rawMadeAnew(): void {
    const { partition, deadLetters } = this.#options;
    this.cut.reset();
    this.#poison = [];
    this.#trustUntil = 1;
    deadLetters.forget(partition, Number.POSITIVE_INFINITY);
    this.#rawAnew = true;
    for (const station of this.#stations.values()) station.rawMadeAnew();
  }

  batch(seen: BatchSeen, evidence: Evidence): void {
    const home = partitionOf(seen.stationId, this.#options.partitions);
    for (const run of seen.runs) {
      const ref = parseDeviceId(run.deviceId);
      const station = ref && this.station(ref.stationId);
      if (!ref || !station || station.covers(evidence.topic, evidence.offset)) continue;
      if (ref.stationId === seen.stationId && home === this.#options.partition) {
        const device = station.device(ref);
        if (this.#begins) device.trustBefore(run.bootId, run.from);
        device.raw(run, seen, evidence, !this.#whole, this.#options.cleanTopics[ref.kind]);
        continue;
      }
      const detail =
        ref.stationId === seen.stationId
          ? `in partition ${evidence.partition} of raw, which is not its station's`
          : `in raw under station ${seen.stationId}`;
      const { bootId, from, to } = run;
      const what = { kind: "moved", hop: "gateway", bootId, from, to, evidence, detail } as const;
      this.#options.reporter.found({ ...what, ...subjectOf(ref) });
    }
  }

  unreadable(seen: UnreadableSeen): void {
    if (this.#poison.length < MAX_POISON) this.#poison.push(seen.offset);
  }

  commit({ next, topicId }: CommitSeen, look: number): void {
    const isOther = topicId !== undefined && this.#rawId !== undefined && topicId !== this.#rawId;
    if (!isOther) this.cut.learn(next, look);
  }

  /** A record of this partition of a clean topic. @param device - whose it says it is. */
  reading(seen: NamedReading, kind: DeviceKind, device: DeviceAudit, at: SliceAt, copied: boolean): void {
    const misplaced = misplacedBecause(seen, kind, device.ref, at, this.#options.partitions);
    const origin = device.passed(seen, at, misplaced, copied);
    if (origin !== undefined) this.#gap(kind).passed(origin);
  }

  state({ state, since }: StateSeen, evidence: Evidence, look: number): void {
    if (state.kind === "agent") return;
    const ref = parseDeviceId(state.id);
    const claim = claimOf(state);
    const device = ref && claim && this.station(ref.stationId)?.device(ref);
    if (!device) return;
    device.acknowledged.hear(claim, since);
    this.#claims.push({ device, claim, evidence, look });
  }

  /** dedup is through with raw below `offset`, and all that came of it has been read. */
  closeAt(offset: number, look: number): void {
    const { partition, rawTopic, deadLetters, reporter } = this.#options;
    const raw = (at: number): Evidence => ({ topic: rawTopic, partition, offset: at });
    for (const kind of DEVICE_KINDS) {
      const gap = this.#gap(kind);
      const context = {
        raw,
        excuses: (at: number, run: RunOf) => deadLetters.excuses(partition, at, run),
        unread: (at: number) => gap.covers(at),
      };
      for (const station of this.#stations.values()) {
        for (const device of station.ofKind(kind)) {
          if (device.clean.waiting > 0) station.changed = true;
          device.cutClean(offset, context);
        }
      }
    }
    for (const at of this.#poison.filter((at) => at < offset && !deadLetters.has(partition, at))) {
      reporter.found({
        ...NO_DEVICE,
        kind: "lost",
        hop: "dedup",
        from: at,
        to: at,
        evidence: raw(at),
        detail: POISON,
      });
    }
    this.#poison = this.#poison.filter((at) => at >= offset);
    deadLetters.forget(partition, offset);
    if (this.#trustUntil === 0) return;
    this.#trustedLook = look;
    if (offset >= this.#trustUntil) this.#trustUntil = 0;
  }

  /** Everything that raw held before look `look` has been read. @param clean - the topic of each kind. */
  settle(look: number, clean: Readonly<Record<DeviceKind, string>>): void {
    const trusted = this.#trustUntil > 0 ? Number.POSITIVE_INFINITY : this.#trustedLook;
    for (const station of this.#stations.values()) {
      for (const device of station.devices) {
        if (device.clean.early > 0) station.changed = true;
        device.settleClean(look, clean[device.ref.kind], trusted);
      }
    }
  }

  /** Everything that raw and the dead letters held before look `look` has been read: claims told before are judged. */
  judgeClaims(look: number, now: number): void {
    // What raw records had that were deleted unread only the clean topic tells: claims wait until that has been read.
    if (this.#trustUntil > 0 || look <= this.#trustedLook) {
      this.#claims.splice(0, this.#claims.length - MAX_CLAIMS);
      return;
    }
    const due = this.#claims.filter((claim) => claim.look < look);
    if (due.length === 0) return;
    this.#claims = this.#claims.filter((claim) => claim.look >= look);
    for (const { device, claim, evidence } of due) {
      if (this.#begins) {
        for (const { bootId, published } of claim.boots) device.trustBefore(bootId, (published ?? 0) + 1);
      }
      device.acknowledged.claim(claim, evidence);
    }
    const last = new Map(due.map(({ device, evidence }) => [device, evidence]));
    for (const [device, evidence] of last) {
      device.acknowledged.judge(evidence, now);
      this.station(device.ref.stationId);
    }
  }

  toJSON(): PartitionAuditState {
    return {
      cut: this.cut.toJSON(),
      gaps: [...this.#gaps].map(([kind, gap]) => [kind, gap.toJSON()]),
      whole: this.#whole,
      sumsWhole: this.#sumsWhole,
      trustUntil: this.#trustUntil,
      ...(this.#rawAnew ? { rawAnew: true } : {}),
      trustedLook: this.#trustedLook,
      poison: this.#poison,
      ...(this.#begins ? { begins: true } : {}),
    };
  }

  #gap(kind: DeviceKind): OutputGap {
    return this.#gaps.get(kind) as OutputGap;
  }
}

const POISON = "a raw record that cannot be read, and no dead letter names it";
export const NO_DEVICE = { deviceId: null, bootId: null, stationId: null, reading: null } as const;

export function subjectOf({ id, stationId, kind }: DeviceRef): {
  readonly deviceId: string;
  readonly stationId: number;
  readonly reading: DeviceKind;
} {
  return { deviceId: id, stationId, reading: kind };
}

/** Why a record is not where this device's readings belong; null: it is. */
export function misplacedBecause(
  seen: Pick<ReadingSeen, "keyStation" | "valueStation">,
  kind: DeviceKind,
  { kind: own, stationId }: DeviceRef,
  { topic, partition }: SliceAt,
  partitions: number | null,
): string | null {
  if (own !== kind) return `in ${topic}, which is of another kind of reading`;
  if (isAnother(seen.valueStation, stationId)) return `under station ${seen.valueStation}`;
  if (isAnother(seen.keyStation, stationId)) return `under station ${seen.keyStation}`;
  if (partitions !== null && partitionOf(stationId, partitions) !== partition) {
    return `in partition ${partition}, which is not its station's`;
  }
  return null;
}

/** @param said - which station a record says; null: none. */
function isAnother(said: number | null, stationId: number): boolean {
  return said !== null && said !== stationId;
}
