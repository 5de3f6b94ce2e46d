import { CodedError } from "../../schemas/errors.ts";
import { DEVICE_KINDS, type DeviceKind, parseDeviceId } from "../../schemas/network/devices.ts";
import { type Run, type RunReading, rangeOf } from "../../schemas/readings.ts";
import type { BootState, DedupState } from "../../schemas/records.ts";
import { add, lengthOf, missing, type Ranges, remove } from "./ranges.ts";

/** More ranges than this in one boot is an alarm, and never a reason to skip a reading. */
export const MANY_RANGES = 64;

interface Boot {
  readonly deviceId: string;
  readonly bootId: number;
  readonly kind: DeviceKind;
  ranges: Ranges;
  lost: Ranges;
  duplicates: number;
  total: number;
}

/** A reading that was not seen before, with its number. */
export interface Fresh {
  readonly seq: number;
  readonly reading: RunReading;
}

/**
 * What is counted of one station. Changes with each batch; lives and dies with its partition's task, so that it never
 * outlives the transactions it stands for.
 */
export class Station {
  readonly id: number;
  readonly #boots = new Map<string, Boot>();
  /** Clean records written, by the kind of their device. */
  #written: Record<DeviceKind, number> = { arrival: 0, turnstile: 0 };
  #serviceTime = 0;

  constructor(id: number) {
    this.id = id;
  }

  static restored(state: DedupState): Station {
    const station = new Station(state.station_id);
    station.#written = { arrival: state.arrivals, turnstile: state.entries };
    station.#serviceTime = state.service_time;
    for (const boot of state.boots) {
      station.#boots.set(keyOf(boot.device_id, boot.boot_id), {
        deviceId: boot.device_id,
        bootId: boot.boot_id,
        kind: parseDeviceId(boot.device_id)?.kind ?? "turnstile",
        ranges: boot.ranges,
        lost: boot.lost,
        duplicates: boot.duplicates,
        total: boot.total,
      });
    }
    return station;
  }

  /** Take a run: the readings that are new, in order; the others are counted as duplicates. */
  accept(run: Run, kind: DeviceKind): readonly Fresh[] {
    const boot = this.#boot(run, kind);
    const range = rangeOf(run);
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
    boot.ranges = add(boot.ranges, range);
    if (boot.lost.length > 0) boot.lost = remove(boot.lost, range);
    this.#written[kind] += fresh.length;
    return fresh;
  }

  /** These can never become clean records: known lost, unless a good copy was or will be seen. */
  lose(run: Run, kind: DeviceKind): void {
    const boot = this.#boot(run, kind);
    for (const gap of missing(boot.ranges, rangeOf(run))) boot.lost = add(boot.lost, gap);
  }

  /** Boots whose numbers came in many pieces. */
  get scattered(): number {
    let n = 0;
    for (const boot of this.#boots.values()) if (boot.ranges.length > MANY_RANGES) n++;
    return n;
  }

  /**
   * The proof's per-record check: the clean records written are as many as the numbers seen, and nothing is both seen
   * and lost (delivery rule 9: accepted + lost = D).
   *
   * @throws {CodedError} PROOF_BROKEN
   */
  check(): void {
    const seen = new Map<DeviceKind, number>();
    for (const boot of this.#boots.values()) {
      seen.set(boot.kind, (seen.get(boot.kind) ?? 0) + lengthOf(boot.ranges));
      if (boot.lost.some((lost) => lengthOf(missing(boot.ranges, lost)) !== lost.to - lost.from + 1)) {
        throw broken(this.id, `${boot.deviceId} boot ${boot.bootId}: readings both seen and lost`);
      }
    }
    for (const kind of DEVICE_KINDS) {
      const count = seen.get(kind) ?? 0;
      const written = this.#written[kind];
      if (count !== written) throw broken(this.id, `seen ${count} of kind ${kind}, written ${written}`);
    }
  }

  toState(): DedupState {
    return {
      station_id: this.id,
      boots: [...this.#boots.values()].map(
        (boot): BootState => ({
          device_id: boot.deviceId,
          boot_id: boot.bootId,
          ranges: boot.ranges,
          lost: boot.lost,
          duplicates: boot.duplicates,
          total: boot.total,
        }),
      ),
      arrivals: this.#written.arrival,
      entries: this.#written.turnstile,
      service_time: this.#serviceTime,
    };
  }

  #boot({ deviceId, bootId }: Run, kind: DeviceKind): Boot {
    const key = keyOf(deviceId, bootId);
    let boot = this.#boots.get(key);
    if (!boot) {
      boot = { deviceId, bootId, kind, ranges: [], lost: [], duplicates: 0, total: 0 };
      this.#boots.set(key, boot);
    }
    return boot;
  }
}

function keyOf(deviceId: string, bootId: number): string {
  return `${deviceId} ${bootId}`;
}

function broken(stationId: number, message: string): CodedError {
  return new CodedError("PROOF_BROKEN", {
    message: `station ${stationId}: ${message}`,
    retryable: false,
    context: { stationId },
  });
}
