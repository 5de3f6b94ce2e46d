import { type DeviceKind, parseDeviceId } from "../../schemas/network/devices.ts";
import type { SeqRange } from "../../schemas/records.ts";
import { parseReading, type ReadingRange } from "../../schemas/topics.ts";
import { RangeSet, sizeOf } from "../audit/core/ranges.ts";

/** What is wrong with the clean readings of an interval. */
export interface Fault extends ReadingRange {
  readonly what: "missing" | "doubled" | "out of order" | "never in the raw topic";
}

export interface Counted {
  readonly entries: number;
  readonly arrivals: number;
  /** Devices that have readings in the interval. */
  readonly devices: number;
  /** Per station, in the order of their ids. */
  readonly stations: readonly StationCount[];
  /** Records whose header names no reading of a device. */
  readonly nameless: number;
  /** In the order of devices, their boots, and kinds of fault. */
  readonly faults: readonly Fault[];
  /** Readings that the raw topic was seen to have, too. */
  readonly inRaw: number;
  /** Readings below the first of their boot that was found in the raw topic, or of a boot that was not: they are not compared. */
  readonly notCompared: number;
}

/** Is each reading of the interval there once, in order, and nothing between two of them missing? */
export function isWhole({ faults, nameless }: Counted): boolean {
  return faults.length === 0 && nameless === 0;
}

export interface StationCount {
  readonly stationId: number;
  readonly entries: number;
  readonly arrivals: number;
}

/** The readings of one boot: they came in the order of their numbers, so those between two of them must be there too. */
class BootCount {
  readonly deviceId: string;
  readonly bootId: number;
  readonly kind: DeviceKind;
  readonly stationId: number;
  readonly clean = new RangeSet();
  readonly raw = new RangeSet();
  readonly doubled = new RangeSet();
  readonly late = new RangeSet();
  readings = 0;
  #greatest = 0;

  constructor(deviceId: string, bootId: number, kind: DeviceKind, stationId: number) {
    this.deviceId = deviceId;
    this.bootId = bootId;
    this.kind = kind;
    this.stationId = stationId;
  }

  take(seq: number): void {
    this.readings++;
    if (this.clean.add(seq, seq).length === 0) this.doubled.add(seq, seq);
    else if (seq < this.#greatest) this.late.add(seq, seq);
    this.#greatest = Math.max(this.#greatest, seq);
  }

  /** Between the first and the last that the clean topic has. */
  get missing(): readonly SeqRange[] {
    const [first] = this.clean.toJSON();
    return first ? this.clean.missing(first.from, this.clean.greatest) : [];
  }

  /** What the clean topic has, from the first number on that the raw topic was seen to have. */
  get compared(): readonly SeqRange[] {
    const [first] = this.raw.toJSON();
    if (!first) return [];
    return this.clean
      .toJSON()
      .filter(({ to }) => to >= first.from)
      .map(({ from, to }) => ({ from: Math.max(from, first.from), to }));
  }

  get unseenInRaw(): readonly SeqRange[] {
    return this.compared.flatMap(({ from, to }) => this.raw.missing(from, to));
  }
}

/**
 * The readings of an interval counted again, from the records alone: each number of each boot between its first and its
 * last, once and in order, and each also in the raw topic. It knows nothing of the auditor's memory, nor of dedup's.
 */
export class ReplayCount {
  readonly #boots = new Map<string, BootCount>();
  #nameless = 0;

  /** A record of a clean topic. @param reading - its header of this name. */
  clean(reading: string | undefined): void {
    const { deviceId, bootId, seq } = parseReading(reading ?? "");
    const ref = parseDeviceId(deviceId);
    if (!ref || !Number.isSafeInteger(bootId) || !(Number.isSafeInteger(seq) && seq >= 1)) {
      this.#nameless++;
      return;
    }
    const key = `${deviceId} ${bootId}`;
    let boot = this.#boots.get(key);
    if (!boot) {
      boot = new BootCount(deviceId, bootId, ref.kind, ref.stationId);
      this.#boots.set(key, boot);
    }
    boot.take(seq);
  }

  /** A run of a raw record. Of boots that have nothing in the interval nothing is kept. */
  raw({ deviceId, bootId, from, to }: ReadingRange): void {
    this.#boots.get(`${deviceId} ${bootId}`)?.raw.add(from, to);
  }

  get counted(): Counted {
    // Partitions and topics are read side by side: the order in which boots were met means nothing.
    const boots = [...this.#boots.values()].sort(inOrder);
    const sum = (of: (boot: BootCount) => number): number => boots.reduce((n, boot) => n + of(boot), 0);
    const ofKind = (kind: DeviceKind, some = boots): number =>
      some.reduce((n, boot) => n + (boot.kind === kind ? boot.readings : 0), 0);
    const stations = [...new Set(boots.map(({ stationId }) => stationId))].sort((x, y) => x - y);
    const compared = sum((boot) => sizeOf(boot.compared));
    return {
      entries: ofKind("turnstile"),
      arrivals: ofKind("arrival"),
      devices: new Set(boots.map(({ deviceId }) => deviceId)).size,
      stations: stations.map((stationId) => {
        const own = boots.filter((boot) => boot.stationId === stationId);
        return { stationId, entries: ofKind("turnstile", own), arrivals: ofKind("arrival", own) };
      }),
      nameless: this.#nameless,
      faults: boots.flatMap(faultsOf),
      inRaw: compared - sum((boot) => sizeOf(boot.unseenInRaw)),
      notCompared: sum((boot) => boot.clean.size) - compared,
    };
  }
}

function inOrder(x: BootCount, y: BootCount): number {
  if (x.deviceId === y.deviceId) return x.bootId - y.bootId;
  return x.deviceId < y.deviceId ? -1 : 1;
}

function faultsOf({ deviceId, bootId, missing, doubled, late, unseenInRaw }: BootCount): readonly Fault[] {
  const named = (what: Fault["what"], ranges: readonly SeqRange[]) =>
    ranges.map(({ from, to }): Fault => ({ what, deviceId, bootId, from, to }));
  return [
    ...named("missing", missing),
    ...named("doubled", doubled.toJSON()),
    ...named("out of order", late.toJSON()),
    ...named("never in the raw topic", unseenInRaw),
  ];
}
