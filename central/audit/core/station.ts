import type { DeviceKind, DeviceRef } from "../../../schemas/network/devices.ts";
import type { FindingReporter } from "./account.ts";
import { DeviceAudit, type DeviceAuditState } from "./device.ts";
import { StationSum, type StationSumState } from "./station-sum.ts";

export interface StationAuditState {
  readonly devices: readonly (readonly [ref: DeviceRef, state: DeviceAuditState])[];
  readonly sum: StationSumState;
  /** See `rawMadeAnew`. */
  readonly rawAnew?: true;
}

/** The next offset that a memory does not cover, and the id of the topic that it is one of; undefined: it was not kept. */
export interface Covered {
  readonly next: number;
  readonly topicId: string | undefined;
}

/** A station's devices, and the sum of its entries. What the auditor keeps of it is one record. */
export class StationAudit {
  readonly id: number;
  readonly sum: StationSum;
  readonly #devices = new Map<string, DeviceAudit>();
  readonly #reporter: FindingReporter;
  /** Has anything changed since it was last written? */
  changed = true;
  #rawAnew: boolean;
  /** What this memory covers already, when it was written later than the positions, per topic. */
  readonly #covered: Map<string, Covered>;

  /** @param whole - does the audit read the clean topic from its first record? */
  constructor(
    id: number,
    reporter: FindingReporter,
    whole: boolean,
    state?: StationAuditState,
    covered: Readonly<Record<string, Covered>> = {},
  ) {
    this.id = id;
    this.#reporter = reporter;
    this.#covered = new Map(Object.entries(covered));
    this.sum = new StationSum(whole, state?.sum);
    this.#rawAnew = state?.rawAnew ?? false;
    for (const [ref, device] of state?.devices ?? [])
      this.#devices.set(ref.id, new DeviceAudit(ref, reporter, device));
  }

  /** Was this record counted before a restart? */
  covers(topic: string, offset: number): boolean {
    return this.#covered.size > 0 && offset < (this.#covered.get(topic)?.next ?? 0);
  }

  /**
   * This topic is read now: a position in another one of its name covers nothing of it.
   *
   * @param madeAnew - is it another one than at the last look? That is all that a position without an id can be held against.
   */
  reads(topic: string, topicId: string | undefined, madeAnew: boolean): void {
    const known = this.#covered.get(topic)?.topicId;
    const other = known === undefined || topicId === undefined ? madeAnew : known !== topicId;
    if (other) this.#covered.delete(topic);
  }

  /** Another raw topic of the same name: the old one may have held what was not read, also of devices that come yet. */
  rawMadeAnew(): void {
    this.#rawAnew = true;
    this.changed = true;
    for (const device of this.devices) device.rawMadeAnew();
  }

  /**
   * Its records lie in another partition from now on, whose clean records are its own from this offset. Offsets of the old
   * one mean nothing there: what waits for a cut of it will never be judged, and was dealt with.
   */
  moved(from: number): void {
    this.sum.moved(from);
    for (const device of this.#devices.values()) if (device.clean.waiting > 0) device.rawMadeAnew();
  }

  get devices(): Iterable<DeviceAudit> {
    return this.#devices.values();
  }

  device(ref: DeviceRef): DeviceAudit {
    let device = this.#devices.get(ref.id);
    if (!device) {
      device = new DeviceAudit(ref, this.#reporter);
      if (this.#rawAnew) device.rawMadeAnew();
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
      ...(this.#rawAnew ? { rawAnew: true } : {}),
    };
  }
}
