import type { LossCause } from "../../../schemas/audit.ts";
import type { DeviceRef } from "../../../schemas/network/devices.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import type { Cause } from "./boot.ts";
import type { Fact } from "./findings.ts";

/** Where findings go: the whole fact, or a loss that turned out to be none. */
export interface FindingReporter {
  found(fact: Fact): void;
  withdrawn(fact: Fact & { readonly cause: LossCause; readonly from: number; readonly to: number }): void;
}

/** A fact of one device, without what the device itself says. */
export type DeviceFact = Omit<Fact, "deviceId" | "stationId" | "reading" | "detail">;

/** What cannot be told from the sets of numbers. */
export interface DeviceAuditCounts {
  repeated: number;
  doubled: number;
  unexpected: number;
  unaudited: number;
  /** Set aside by agents that do not tell which. */
  quarantined: number;
  /** By cause; "none": they broke the proof. */
  lost: Partial<Record<Cause, number>>;
}

/** Counts what is wrong with one device, and reports it. */
export class Account {
  readonly ref: DeviceRef;
  readonly counts: DeviceAuditCounts;
  readonly #reporter: FindingReporter;

  constructor(ref: DeviceRef, reporter: FindingReporter, counts?: DeviceAuditCounts) {
    this.ref = ref;
    this.#reporter = reporter;
    this.counts = { ...NOTHING, ...counts, lost: { ...counts?.lost } };
  }

  found(fact: DeviceFact, detail: string): void {
    this.#reporter.found(this.#whole(fact, detail));
  }

  lost(fact: DeviceFact & SeqRange, cause: Cause, detail: string): void {
    this.#add(cause, fact.to - fact.from + 1);
    this.found(cause === "none" ? fact : { ...fact, cause }, detail);
  }

  /** These were found lost, and have come after all. */
  recovered(fact: DeviceFact & SeqRange, cause: Cause): void {
    this.#add(cause, fact.from - fact.to - 1);
    if (cause !== "none")
      this.#reporter.withdrawn({
        ...this.#whole({ ...fact, cause }, ""),
        cause,
        from: fact.from,
        to: fact.to,
      });
  }

  #add(cause: Cause, n: number): void {
    this.counts.lost[cause] = (this.counts.lost[cause] ?? 0) + n;
  }

  #whole(fact: DeviceFact, detail: string): Fact {
    const { id, stationId, kind } = this.ref;
    return { ...fact, deviceId: id, stationId, reading: kind, detail };
  }
}

const NOTHING: DeviceAuditCounts = {
  repeated: 0,
  doubled: 0,
  unexpected: 0,
  unaudited: 0,
  quarantined: 0,
  lost: {},
};
