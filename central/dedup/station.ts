import { CodedError } from "../../schemas/errors.ts";
import { DEVICE_KINDS, type DeviceKind, parseDeviceId } from "../../schemas/network/devices.ts";
import { type Run, type RunReading, rangeOf } from "../../schemas/readings.ts";
import type { DedupState } from "../../schemas/records.ts";
import { LAST_PAGE } from "../../schemas/state-keys.ts";
import type { BootPage } from "./boot-page.ts";
import { type BootCounts, piecesOf } from "./boots.ts";
import { DeviceBoots } from "./device-boots.ts";
import { MANY_RANGES, MAX_PAGE_BYTES, MAX_PAGES, MAX_PIECES, MAX_RANGES } from "./limits.ts";
import { add, addTo, lengthOf, missing, remove, touches } from "./ranges.ts";

/** A reading that was not seen before, with its number. */
export interface Fresh {
  readonly seq: number;
  readonly reading: RunReading;
}

/** Boots by where they are kept, and pages. */
export interface Kept {
  readonly recent: number;
  readonly older: number;
  readonly pages: number;
}

/** Pages that changed since they were taken last. */
export interface ChangedPages {
  readonly written: readonly BootPage[];
  readonly removed: readonly number[];
}

/**
 * What is counted of one station. Changes with each batch; lives and dies with its partition's task, so that it never
 * outlives the transactions it stands for.
 */
export class StationCounts {
  readonly id: number;
  readonly #devices = new Map<string, DeviceBoots>();
  /** Clean records written, by the kind of their device. */
  #written: Record<DeviceKind, number> = { arrival: 0, turnstile: 0 };
  #serviceTime = 0;
  #nextPage = 1;
  /** How many numbers of each recent boot were seen when it was checked last. */
  readonly #checked = new Map<BootCounts, number>();
  readonly #touched = new Map<BootCounts, DeviceBoots>();
  readonly #seen: Record<DeviceKind, number> = { arrival: 0, turnstile: 0 };
  readonly #scattered = new Set<BootCounts>();
  #changed = new Map<number, BootPage | undefined>();
  /** Ranges of all recent boots. */
  #pieces = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** @param pages - all that the state topic has of the station, in any order. */
  static restored(state: DedupState, pages: readonly BootPage[] = []): StationCounts {
    const station = new StationCounts(state.station_id);
    station.#written = { arrival: state.arrivals, turnstile: state.entries };
    station.#serviceTime = state.service_time;
    station.#nextPage = state.next_page ?? 1;
    for (const boot of state.boots) station.#deviceOf(boot.device_id).restore(boot);
    for (const older of state.older ?? []) station.#deviceOf(older.device_id).restoreOlder(older);
    // Numbers begin again after the last: the one filled next is the oldest of all.
    const age = ({ number }: BootPage): number => (number - station.#nextPage + LAST_PAGE) % LAST_PAGE;
    for (const page of pages.toSorted((x, y) => age(x) - age(y))) {
      station.#deviceOf(page.deviceId).restorePage(page);
    }
    for (const device of station.#devices.values()) {
      station.#seen[device.kind] += device.older.accepted;
      for (const boot of device.recent.values()) {
        station.#touched.set(boot, device);
        station.#pieces += piecesOf(boot);
      }
    }
    return station;
  }

  /**
   * Take a run: the readings that are new, in order; the others are counted as duplicates.
   *
   * @throws {CodedError} BOOT_CLOSED, BOOT_SCATTERED: nothing of it is counted
   */
  accept(run: Run, kind: DeviceKind): readonly Fresh[] {
    const device = this.#deviceOf(run.deviceId, kind);
    const range = rangeOf(run);
    if (device.countsAgain(run.bootId, range)) return [];
    const boot = this.#boot(device, run.bootId);
    const before = piecesOf(boot);
    // A boot that is new has a place in any case: room is made for it by the older ones.
    const isFull = boot.ranges.length >= MAX_RANGES || (this.#pieces >= MAX_PIECES && before > 0);
    if (isFull && !touches(boot.ranges, range)) throw scattered(run, boot.ranges.length);
    for (const reading of run.readings) {
      if (reading.total > boot.total) boot.total = reading.total;
      if (reading.serviceTime > this.#serviceTime) this.#serviceTime = reading.serviceTime;
    }
    const fresh = missing(boot.ranges, range).flatMap(({ from, to }) =>
      run.readings
        .slice(from - run.firstSeq, to - run.firstSeq + 1)
        .map((reading, i): Fresh => ({ seq: from + i, reading })),
    );
    boot.duplicates += run.readings.length - fresh.length;
    addTo(boot.ranges, range);
    this.#noteScattered(boot);
    if (boot.lost.length > 0) boot.lost = remove(boot.lost, range);
    this.#pieces += piecesOf(boot) - before;
    this.#written[kind] += fresh.length;
    return fresh;
  }

  /** These can never become clean records: known lost, unless a good copy was or will be seen. */
  lose(run: Run, kind: DeviceKind): void {
    const boot = this.#boot(this.#deviceOf(run.deviceId, kind), run.bootId);
    const before = piecesOf(boot);
    for (const gap of missing(boot.ranges, rangeOf(run))) {
      const isFull = boot.lost.length >= MAX_RANGES || this.#pieces >= MAX_PIECES;
      // Beyond that they are named by their dead letters alone.
      if (!isFull || touches(boot.lost, gap)) boot.lost = add(boot.lost, gap);
    }
    this.#pieces += piecesOf(boot) - before;
  }

  /** Recent boots whose numbers came in many pieces. */
  get scattered(): number {
    return this.#scattered.size;
  }

  /** Boots by where they are kept. */
  get kept(): Kept {
    const devices = [...this.#devices.values()];
    return {
      recent: devices.reduce((n, device) => n + device.recent.size, 0),
      older: devices.reduce((n, device) => n + device.older.boots, 0),
      pages: devices.reduce((n, device) => n + device.pages.length, 0),
    };
  }

  /**
   * The proof's per-record check: the clean records written are as many as the numbers seen, and nothing is both seen
   * and lost (delivery rule 9: accepted + lost = D). Only what changed since the last one is looked at.
   *
   * @throws {CodedError} PROOF_BROKEN
   */
  check(): void {
    for (const [boot, device] of this.#touched) this.#checkBoot(device, boot);
    this.#touched.clear();
    for (const kind of DEVICE_KINDS) {
      const count = this.#seen[kind];
      const written = this.#written[kind];
      if (count !== written) throw broken(this.id, `seen ${count} of kind ${kind}, written ${written}`);
    }
  }

  /** Is there so much in the station's own record that `tidy` should not wait for the end of the transaction? */
  get isCrowded(): boolean {
    return this.#pieces > MAX_PIECES / 2;
  }

  /** Make room: boots not heard of for long go into pages, and the oldest pages into sums. Call after `check`. */
  tidy(): void {
    const devices = [...this.#devices.values()];
    for (const device of devices) this.#sealAll(device);
    if (this.isCrowded) {
      for (const device of devices) this.#sealAll(device, true);
    }
    const isTooMuch = (): boolean => {
      const pages = devices.flatMap((device) => device.pages);
      return pages.length > MAX_PAGES || pages.reduce((n, { bytes }) => n + bytes.length, 0) > MAX_PAGE_BYTES;
    };
    while (isTooMuch()) {
      const [most] = devices.sort((x, y) => y.pages.length - x.pages.length);
      const closed = most?.closeOldest();
      if (closed) this.#changed.set(closed.number, undefined);
    }
  }

  toState(): DedupState {
    const devices = [...this.#devices.values()];
    return {
      station_id: this.id,
      page: 0,
      boots: devices.flatMap((device) => device.recentStates()),
      older: devices.flatMap((device) => device.olderState() ?? []),
      next_page: this.#nextPage,
      arrivals: this.#written.arrival,
      entries: this.#written.turnstile,
      service_time: this.#serviceTime,
    };
  }

  takeChangedPages(): ChangedPages {
    const changed = [...this.#changed];
    this.#changed = new Map();
    return {
      written: changed.flatMap(([, page]) => page ?? []),
      removed: changed.flatMap(([number, page]) => (page ? [] : [number])),
    };
  }

  #boot(device: DeviceBoots, bootId: number): BootCounts {
    const boot = device.boot(bootId, (before, after) => this.#changed.set(before.number, after));
    if (!this.#touched.has(boot) && !this.#checked.has(boot) && boot.ranges.length > 0) {
      // It comes back from a page: until here it was counted among the older ones.
      this.#checked.set(boot, lengthOf(boot.ranges));
      this.#pieces += piecesOf(boot);
    }
    this.#touched.set(boot, device);
    return boot;
  }

  #checkBoot(device: DeviceBoots, boot: BootCounts): void {
    const length = lengthOf(boot.ranges);
    this.#seen[device.kind] += length - (this.#checked.get(boot) ?? 0);
    this.#checked.set(boot, length);
    this.#noteScattered(boot);
    if (boot.lost.some((lost) => lengthOf(missing(boot.ranges, lost)) !== lost.to - lost.from + 1)) {
      throw broken(this.id, `${device.deviceId} boot ${boot.bootId}: readings both seen and lost`);
    }
  }

  #noteScattered(boot: BootCounts): void {
    if (boot.ranges.length > MANY_RANGES) this.#scattered.add(boot);
    else this.#scattered.delete(boot);
  }

  #sealAll(device: DeviceBoots, isCrowded = false): void {
    for (;;) {
      const sealed = device.seal(() => this.#freePage(), isCrowded);
      if (!sealed) return;
      for (const boot of sealed.boots) {
        this.#checked.delete(boot);
        this.#scattered.delete(boot);
        this.#pieces -= piecesOf(boot);
      }
      this.#changed.set(sealed.page.number, sealed.page);
    }
  }

  #freePage(): number {
    const taken = new Set(
      [...this.#devices.values()].flatMap((device) => device.pages.map((page) => page.number)),
    );
    while (taken.has(this.#nextPage)) this.#nextPage = (this.#nextPage % LAST_PAGE) + 1;
    const number = this.#nextPage;
    this.#nextPage = (number % LAST_PAGE) + 1;
    return number;
  }

  #deviceOf(deviceId: string, kind: DeviceKind = parseDeviceId(deviceId)?.kind ?? "turnstile"): DeviceBoots {
    let device = this.#devices.get(deviceId);
    if (!device) {
      device = new DeviceBoots(this.id, deviceId, kind);
      this.#devices.set(deviceId, device);
    }
    return device;
  }
}

function scattered({ deviceId, bootId, firstSeq }: Run, pieces: number): CodedError {
  return new CodedError("BOOT_SCATTERED", {
    message: `boot ${bootId} of ${deviceId} came in ${pieces} pieces: ${firstSeq} would be one more than its station has room for`,
    retryable: false,
    context: { deviceId, bootId, firstSeq },
  });
}

function broken(stationId: number, message: string): CodedError {
  return new CodedError("PROOF_BROKEN", {
    message: `station ${stationId}: ${message}`,
    retryable: false,
    context: { stationId },
  });
}
