import type { Evidence } from "../../../schemas/audit.ts";
import type { DeviceKind, DeviceRef } from "../../../schemas/network/devices.ts";
import type { FindingReporter } from "./account.ts";
import { DeviceAudit, type DeviceAuditState } from "./device.ts";
import { StationSum, type StationSumState } from "./station-sum.ts";

export interface StationAuditState {
  readonly devices: readonly (readonly [ref: DeviceRef, state: DeviceAuditState])[];
  readonly sum: StationSumState;
}

/** A station's devices, and the sum of its entries. What the auditor keeps of it is one record. */
export class StationAudit {
  readonly id: number;
  readonly sum: StationSum;
  readonly #devices = new Map<string, DeviceAudit>();
  readonly #reporter: FindingReporter;
  /** Has anything changed since it was last written? */
  changed = true;
  /** What this memory covers already, when it was written later than the positions: per topic, the next offset. */
  readonly #covered: Readonly<Record<string, number>>;

  /** @param whole - does the audit read the clean topic from its first record? */
  constructor(
    id: number,
    reporter: FindingReporter,
    whole: boolean,
    state?: StationAuditState,
    covered: Readonly<Record<string, number>> = {},
  ) {
    this.id = id;
    this.#reporter = reporter;
    this.#covered = covered;
    this.sum = new StationSum(whole, state?.sum);
    for (const [ref, device] of state?.devices ?? [])
      this.#devices.set(ref.id, new DeviceAudit(ref, reporter, device));
  }

  /** Was this record counted before a restart? */
  covers({ topic, offset }: Pick<Evidence, "topic" | "offset">): boolean {
    return offset < (this.#covered[topic] ?? 0);
  }

  get devices(): Iterable<DeviceAudit> {
    return this.#devices.values();
  }

  device(ref: DeviceRef): DeviceAudit {
    let device = this.#devices.get(ref.id);
    if (!device) {
      device = new DeviceAudit(ref, this.#reporter);
      this.#devices.set(ref.id, device);
    }
    return device;
  }

  *ofKind(kind: DeviceKind): Iterable<DeviceAudit> {
    for (const device of this.#devices.values()) if (device.ref.kind === kind) yield device;
  }

  toJSON(): StationAuditState {
    return {
      devices: [...this.#devices.values()].map((device) => [device.ref, device.toJSON()]),
      sum: this.sum.toJSON(),
    };
  }
}
