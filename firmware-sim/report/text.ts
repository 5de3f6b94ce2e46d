import { TIME_ZONE } from "../../schemas/network/service.ts";
import type { StateView } from "../control/api.ts";
import type { ActiveFault } from "../faults/fault-board.ts";

const clockFormat = new Intl.DateTimeFormat("en-US", {
  timeZone: TIME_ZONE,
  weekday: "short",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Service time as Chicago reads it. */
export function cityTime(service: number): string {
  return clockFormat.format(service);
}

/** One line for a log. */
export function statusLine(state: StateView): string {
  const { devices, rates } = state;
  return [
    `${devices.up}/${devices.total} lines up`,
    `${devices.greeted} greeted`,
    `${rates.frames} frames/s`,
    `${rates.readings} readings/s`,
    `${rates.resends} resends/s`,
    `${state.waiting} waiting`,
    ...(state.happened > state.numbered ? [`${state.happened - state.numbered} refused by full rings`] : []),
    `${state.faults} faults`,
    `${cityTime(state.service)} in Chicago (${state.speed}×)`,
  ].join(" · ");
}

/** The table for a terminal. */
export function statusTable(state: StateView, faults: readonly ActiveFault[]): string {
  const row = (name: string, { up, total }: { up: number; total: number }): string =>
    `  ${name.padEnd(24)}${String(up).padStart(5)} of ${total}`;
  const counts = new Map<string, number>();
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const inForce = [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ");
  return [
    `  ${cityTime(state.service)} in Chicago, ${state.speed}× as fast as here`,
    "",
    row("turnstiles up", state.kinds.turnstile),
    row("arrival sensors up", state.kinds.arrival),
    ...Object.entries(state.lines).map(([line, count]) => row(`  ${line} line`, count)),
    `  ${"lines greeted".padEnd(24)}${String(state.devices.greeted).padStart(5)}`,
    `  ${"frames/s".padEnd(24)}${String(state.rates.frames).padStart(5)}`,
    `  ${"readings/s".padEnd(24)}${String(state.rates.readings).padStart(5)}`,
    `  ${"resends/s".padEnd(24)}${String(state.rates.resends).padStart(5)}`,
    `  ${"readings that wait".padEnd(24)}${String(state.waiting).padStart(5)}`,
    `  ${"refused by full rings".padEnd(24)}${String(state.happened - state.numbered).padStart(5)}`,
    `  ${"faults in force".padEnd(24)}${String(state.faults).padStart(5)}${inForce && `  (${inForce})`}`,
  ].join("\n");
}
