import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { LogReader, OutRecord, Producer } from "../../infra/runtime/kafka/ports.ts";
import {
  AUDIT_KEYS,
  type Finding,
  type Regrouping,
  type Resolution,
  type Verdict,
} from "../../schemas/audit.ts";
import type { AuditorState } from "./core/auditor.ts";
import type { StationAuditState } from "./core/station.ts";
import type { FleetCheckpoint, FleetMemory } from "./fleet/fleet-audit.ts";
import type { GroupState } from "./fleet/group.ts";
import type { GroupKey } from "./fleet/table.ts";
import { findingIn, jsonIn, regroupingIn, resolutionIn } from "./shapes.ts";

/** Keys of the auditor's own memory in its topic. */
const KEYS = {
  claim: "claim",
  checkpoint: "checkpoint",
  station: "station:",
  fleet: "fleet",
  /** Before a vehicle's name and boot. */
  vehicle: "vehicle:",
} as const;

/** Written by one auditor: it began with the claim at this offset. */
interface Owned<T> {
  readonly claim: number;
  readonly state: T;
}

/** The same, of a state that is large as text: deflated, then base64. */
interface Packed {
  readonly claim: number;
  readonly deflated: string;
}

/** A state of more characters is written deflated. */
const PACK_CHARACTERS = 65_536;
/** What a topic takes by default is a little more, bytes. */
export const MAX_RECORD_BYTES = 1_000_000;

/** Positions that a station's memory covers, per topic; of the partition of the station. */
export type StationPositions = Readonly<Record<string, number>>;

export interface StationMemory {
  readonly positions: StationPositions;
  /** Which topics the positions are of; undefined: not kept, as it once was. */
  readonly topicIds?: Readonly<Record<string, string>>;
  /** How many partitions there were; undefined: not kept, as it once was. */
  readonly partitions?: number;
  readonly station: StationAuditState;
}

/** What the loop must keep besides the rules' own state. */
export interface Checkpoint {
  readonly auditor: AuditorState;
  /** Which topics the positions are of. */
  readonly topicIds: Readonly<Record<string, string>>;
}

/** What an auditor before this one left. */
export interface Restored {
  readonly checkpoint: Checkpoint | null;
  readonly stations: ReadonlyMap<number, StationMemory>;
  readonly fleet: FleetCheckpoint | null;
  readonly vehicles: ReadonlyMap<string, readonly [GroupKey, GroupState]>;
  readonly findings: ReadonlyMap<string, Finding>;
  readonly resolutions: ReadonlyMap<string, Resolution>;
  /** The last change of the number of partitions; null: there was none. */
  readonly regrouping: Regrouping | null;
}

export interface AuditStoreOptions {
  readonly topic: string;
  readonly producer: Pick<Producer, "send">;
  readonly reader: LogReader;
}

/**
 * The auditor's topic: compacted, one partition, one writer.
 *
 * An auditor begins with a claim. What another one still writes behind it counts for nothing, and the other one ends as
 * soon as it reads it.
 */
export class AuditStore {
  readonly #options: AuditStoreOptions;
  #claim = -1;
  #next = 0;

  constructor(options: AuditStoreOptions) {
    this.#options = options;
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE */
  async begin(instance: string): Promise<Restored> {
    const claim = Buffer.from(JSON.stringify({ instance }));
    const [written] = await this.#send([{ key: KEYS.claim, value: claim }]);
    this.#claim = written?.offset ?? 0;
    const memory = new Memory(this.#claim);
    while (this.#next <= this.#claim)
      await this.#read((key, value, offset) => memory.take(key, value, offset));
    return memory;
  }

  /**
   * What others have written since: operators' resolutions.
   *
   * @returns false: another auditor has begun, and this one is over.
   */
  async follow(onResolution: (id: string, resolution: Resolution) => void): Promise<boolean> {
    let mine = true;
    await this.#read((key, value, offset) => {
      if (key === KEYS.claim && offset > this.#claim) mine = false;
      if (!key.startsWith(AUDIT_KEYS.resolution)) return;
      const resolution = resolutionIn(value);
      if (resolution) onResolution(key.slice(AUDIT_KEYS.resolution.length), resolution);
    });
    return mine;
  }

  /**
   * Findings first, the checkpoint last: what is read again after a crash has been found already, and is known.
   *
   * @returns stations that are too large to be written. Then the checkpoint stays as it was too: an auditor that begins from here
   * reads their records again.
   */
  async write(changes: {
    readonly findings?: ReadonlyMap<string, Finding | null>;
    readonly verdict?: Verdict;
    readonly stations?: ReadonlyMap<number, StationMemory>;
    readonly checkpoint?: Checkpoint;
    readonly fleet?: FleetMemory | null;
  }): Promise<readonly number[]> {
    const { findings, verdict, stations, checkpoint, fleet } = changes;
    const entries: Entry[] = [];
    const tooLarge: number[] = [];
    const put = (key: string, value: unknown): void => {
      entries.push({ key, value: value === null ? null : Buffer.from(JSON.stringify(value)) });
    };
    for (const [id, finding] of findings ?? []) put(AUDIT_KEYS.finding + id, finding);
    if (verdict) put(AUDIT_KEYS.verdict, verdict);
    for (const [id, state] of stations ?? []) {
      const value = this.#packed(state);
      if (value.length > MAX_RECORD_BYTES) tooLarge.push(id);
      else entries.push({ key: KEYS.station + id, value });
    }
    for (const group of fleet?.groups ?? []) {
      const [{ vehicle, boot }] = group;
      put(`${KEYS.vehicle}${vehicle} ${boot}`, this.#owned(group));
    }
    if (fleet) put(KEYS.fleet, this.#owned(fleet.checkpoint));
    if (checkpoint && tooLarge.length === 0) {
      entries.push({ key: KEYS.checkpoint, value: this.#packed(checkpoint) });
    }
    if (entries.length > 0) await this.#send(entries);
    return tooLarge;
  }

  #owned<T>(state: T): Owned<T> {
    return { claim: this.#claim, state };
  }

  #packed(state: unknown): Buffer {
    const text = JSON.stringify(state);
    if (text.length <= PACK_CHARACTERS) return Buffer.from(JSON.stringify(this.#owned(state)));
    const packed: Packed = { claim: this.#claim, deflated: deflateRawSync(text).toString("base64") };
    return Buffer.from(JSON.stringify(packed));
  }

  #send(entries: readonly Entry[]): ReturnType<Producer["send"]> {
    const { topic, producer } = this.#options;
    return producer.send(
      entries.map(({ key, value }): OutRecord => ({ topic, partition: 0, key: Buffer.from(key), value })),
    );
  }

  async #read(take: (key: string, value: string | null, offset: number) => void): Promise<void> {
    const { topic, reader } = this.#options;
    for (const looked of await reader.look([{ topic, partition: 0, from: this.#next }])) {
      for (const { key, value, offset } of looked.records) {
        take(key?.toString() ?? "", value?.toString() ?? null, offset);
      }
      this.#next = Math.max(looked.next, looked.start);
    }
  }
}

interface Entry {
  readonly key: string;
  readonly value: Buffer | null;
}

/** The topic read back, up to the claim of the auditor that reads it. */
class Memory implements Restored {
  checkpoint: Checkpoint | null = null;
  fleet: FleetCheckpoint | null = null;
  regrouping: Regrouping | null = null;
  readonly vehicles = new Map<string, readonly [GroupKey, GroupState]>();
  readonly stations = new Map<number, StationMemory>();
  readonly findings = new Map<string, Finding>();
  readonly resolutions = new Map<string, Resolution>();
  readonly #own: number;
  #claimed = -1;

  constructor(own: number) {
    this.#own = own;
  }

  take(key: string, value: string | null, offset: number): void {
    if (offset >= this.#own) return;
    if (key === KEYS.claim) this.#claimed = offset;
    else if (key === AUDIT_KEYS.regrouping) this.regrouping = regroupingIn(value) ?? this.regrouping;
    else if (key === KEYS.checkpoint) this.checkpoint = this.#mine<Checkpoint>(value) ?? this.checkpoint;
    else if (key === KEYS.fleet) this.fleet = this.#mine<FleetCheckpoint>(value) ?? this.fleet;
    else if (key.startsWith(KEYS.vehicle)) {
      const group = this.#mine<readonly [GroupKey, GroupState]>(value);
      if (group) this.vehicles.set(key, group);
    } else if (key.startsWith(KEYS.station)) {
      const station = this.#mine<StationMemory>(value);
      if (station) this.stations.set(Number(key.slice(KEYS.station.length)), station);
    } else if (key.startsWith(AUDIT_KEYS.finding)) {
      put(this.findings, key.slice(AUDIT_KEYS.finding.length), value, findingIn);
    } else if (key.startsWith(AUDIT_KEYS.resolution)) {
      put(this.resolutions, key.slice(AUDIT_KEYS.resolution.length), value, resolutionIn);
    }
  }

  /** null: an auditor wrote it that another one had replaced by then. */
  #mine<T>(value: string | null): T | null {
    const owned = jsonIn(value) as Owned<T> | Packed | null;
    if (typeof owned?.claim !== "number" || owned.claim < this.#claimed) return null;
    return "deflated" in owned ? unpacked<T>(owned) : owned.state;
  }
}

/** null: it was not packed by an auditor. */
function unpacked<T>({ deflated }: Packed): T | null {
  try {
    const limit = { maxOutputLength: 256 * MAX_RECORD_BYTES };
    return JSON.parse(inflateRawSync(Buffer.from(deflated, "base64"), limit).toString()) as T;
  } catch {
    return null;
  }
}

function put<T>(
  map: Map<string, T>,
  id: string,
  value: string | null,
  read: (value: string) => T | null,
): void {
  const given = value === null ? null : read(value);
  if (given) map.set(id, given);
  else if (value === null) map.delete(id);
}
