import type { DeviceView } from "../../../../schemas/page/page.ts";
import type { DeviceHealth } from "../../../../schemas/states.ts";

export function countByHealth(devices: Readonly<Record<string, DeviceView>>): Record<DeviceHealth, number> {
  const counts = { online: 0, late: 0, offline: 0, stale: 0, never_seen: 0 };
  for (const device of Object.values(devices)) counts[device.state]++;
  return counts;
}

/** It is not heard, or its state is unknown: a person must look. */
export function isSilent(device: DeviceView): boolean {
  return device.state === "offline" || device.state === "stale";
}

/** What is silent together: a device by itself, or all that a lost agent would tell of. */
export interface SilentDevices {
  readonly stationId: number;
  readonly reason: string;
  readonly since: number;
  /** Readings known to wait. */
  readonly waiting: number;
  /** One, unless the agent is gone. */
  readonly devices: readonly DeviceView[];
}

/** Oldest first. */
export function silences(devices: Readonly<Record<string, DeviceView>>): SilentDevices[] {
  const found = new Map<string, SilentDevices>();
  for (const device of Object.values(devices)) {
    if (!isSilent(device)) continue;
    const key = device.state === "stale" ? `agent ${device.stationId}` : device.id;
    const before = found.get(key);
    found.set(key, {
      stationId: device.stationId,
      reason: device.reason,
      since: Math.min(device.since, before?.since ?? device.since),
      waiting: (device.waiting ?? 0) + (before?.waiting ?? 0),
      devices: [...(before?.devices ?? []), device],
    });
  }
  return [...found.values()].sort((x, y) => x.since - y.since);
}
