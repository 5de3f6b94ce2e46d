import { DEVICE_KINDS } from "../../schemas/network/devices.ts";
import type { DeviceGroup, Member } from "../devices/device-group.ts";
import type { SimulatedDeviceView, StateView } from "./api.ts";

export function deviceView({ ref, line }: Member, faults: readonly string[]): SimulatedDeviceView {
  const { device } = line;
  const { boot } = device;
  const { seq, total } = device.ring.counters;
  return {
    id: ref.id,
    kind: ref.kind,
    stationId: ref.stationId,
    line: ref.kind === "arrival" ? ref.line : null,
    path: line.path ?? null,
    greeted: device.greeted,
    bootId: boot.bootId,
    memoryBootId: boot.memoryBootId,
    seq,
    total,
    numbered: boot.priorNumbered + seq,
    happened: boot.priorHappened + total,
    waiting: device.ring.waiting,
    ...device.counters,
    faults,
  };
}

type Count = { total: number; up: number };

function add(counts: Map<string, Count>, key: string, up: boolean): void {
  const count = counts.get(key) ?? { total: 0, up: 0 };
  count.total += 1;
  if (up) count.up += 1;
  counts.set(key, count);
}

/** Sums over the devices. Turnstiles count under no line: a turnstile belongs to its station. */
export function deviceTotals(
  devices: DeviceGroup,
): Omit<StateView, "service" | "speed" | "rates" | "faults"> {
  const kinds = new Map<string, Count>(DEVICE_KINDS.map((kind) => [kind, { total: 0, up: 0 }]));
  const lines = new Map<string, Count>();
  const sum = { up: 0, greeted: 0, numbered: 0, happened: 0, waiting: 0 };
  for (const member of devices.members) {
    const view = deviceView(member, []);
    const up = view.path !== null;
    add(kinds, view.kind, up);
    if (view.line) add(lines, view.line, up);
    if (up) sum.up += 1;
    if (view.greeted) sum.greeted += 1;
    sum.numbered += view.numbered;
    sum.happened += view.happened;
    sum.waiting += view.waiting;
  }
  return {
    devices: { total: devices.members.length, up: sum.up, greeted: sum.greeted },
    kinds: Object.fromEntries(kinds) as StateView["kinds"],
    lines: Object.fromEntries(lines),
    numbered: sum.numbered,
    happened: sum.happened,
    waiting: sum.waiting,
  };
}
