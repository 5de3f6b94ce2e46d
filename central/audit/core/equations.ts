import type { Equation, LossCause } from "../../../schemas/audit.ts";
import { LOSS_CAUSES } from "../../../schemas/audit.ts";
import type { DeviceKind } from "../../../schemas/network/devices.ts";
import type { DeviceAudit } from "./device.ts";
import type { StationAudit } from "./station.ts";

/** How many entries a station's sum has, and how many of the clean records it may still lack. */
export interface SumCount {
  readonly clean: number;
  readonly summed: number;
  /** What was found to be wrong with it. */
  readonly miscounted: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Adds up what is known of all devices of one kind.
 *
 * @param nameless - records of the clean topic that name no reading.
 */
export function equationOf(
  devices: Iterable<DeviceAudit>,
  sums: Iterable<SumCount>,
  nameless: number,
): Equation {
  const lostBy = Object.fromEntries(LOSS_CAUSES.map((cause) => [cause, 0])) as Record<LossCause, number>;
  const sum: Mutable<Equation> = { ...NOTHING, clean: nameless, unexplained: nameless, lostBy };
  for (const device of devices) {
    const { totals } = device;
    sum.numbered += totals.numbered;
    sum.inDevices += totals.inDevice;
    sum.inOutboxes += totals.inOutbox;
    sum.inGateway += totals.inGateway;
    sum.inDedup += totals.inDedup;
    sum.clean += totals.clean;
    sum.unaudited += totals.unaudited;
    sum.unexplained += totals.unexplained;
    sum.repeated += totals.repeated;
    for (const cause of LOSS_CAUSES) lostBy[cause] += totals.lostBy[cause] ?? 0;
  }
  for (const cause of LOSS_CAUSES) if (cause !== "ring-full") sum.lost += lostBy[cause];
  for (const { clean, summed, miscounted } of sums) {
    sum.summed += summed;
    sum.miscounted += miscounted;
    sum.inSummary += clean - summed + miscounted;
  }
  return sum;
}

export function* devicesOf(stations: Iterable<StationAudit>, kind: DeviceKind): Iterable<DeviceAudit> {
  for (const station of stations) yield* station.ofKind(kind);
}

const NOTHING = {
  numbered: 0,
  inDevices: 0,
  inOutboxes: 0,
  inGateway: 0,
  inDedup: 0,
  clean: 0,
  unaudited: 0,
  lost: 0,
  unexplained: 0,
  inSummary: 0,
  summed: 0,
  miscounted: 0,
  repeated: 0,
} as const;
