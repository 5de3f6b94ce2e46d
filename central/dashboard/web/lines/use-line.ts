import { useMemo } from "preact/hooks";
import { LINES, type Line } from "../../../../schemas/network/network.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { isSilent } from "../rules/health.ts";
import { orderOf, type Stop, stopsOf } from "../rules/stops.ts";
import { usePage } from "../state/use.ts";

export type StopHealth = "online" | "silent" | "unseen";

/** The stops of a line, drawn again only when the stations table changes. */
export function useStops(line: Line): readonly Stop[] {
  const stations = usePage(({ state }) => state?.stations);
  return useMemo(() => stopsOf(stations ?? {}, line), [stations, line]);
}

/** The lines with a stop: where only some run, the others are not drawn. All, until a station is known. */
export function useLines(): readonly Line[] {
  const stations = usePage(({ state }) => state?.stations);
  return useMemo(() => {
    const found = new Set(
      Object.values(stations ?? {}).flatMap(({ stops }) => stops.map(({ line }) => line)),
    );
    return found.size === 0 ? LINES : LINES.filter((line) => found.has(line));
  }, [stations]);
}

export interface LineTrain {
  readonly train: TrainView;
  /** Of the stop where it was seen. */
  readonly order: number;
  /** 0, or more where others of its direction stand at the same stop. */
  readonly slot: number;
}

export function useTrains(line: Line): readonly LineTrain[] {
  const trains = usePage(({ state }) => state?.trains);
  const stations = usePage(({ state }) => state?.stations);
  return useMemo(() => {
    const taken = new Map<string, number>();
    return Object.values(trains ?? {})
      .filter((train) => train.line === line)
      .sort((x, y) => x.at - y.at)
      .flatMap((train) => {
        const order = orderOf(stations?.[train.stationId], line);
        if (order === undefined) return [];
        const platform = `${train.stationId}-${train.direction}`;
        const slot = taken.get(platform) ?? 0;
        taken.set(platform, slot + 1);
        return [{ train, order, slot }];
      });
  }, [trains, stations, line]);
}

/** Is anything at this stop silent? Sensors of other lines do not count. */
export function useHealth(stationId: number, line: Line): StopHealth {
  return usePage(({ state }) => {
    let heard = false;
    for (const device of Object.values(state?.devices ?? {})) {
      if (device.stationId !== stationId || (device.line !== null && device.line !== line)) continue;
      if (isSilent(device)) return "silent";
      if (device.state !== "never_seen") heard = true;
    }
    return heard ? "online" : "unseen";
  });
}

export function useEntries(stationId: number): number | null {
  return usePage(({ state }) => state?.entries[stationId] ?? null);
}

/** The busiest station's entries: what a full bar means, on every line alike. */
export function useBusiest(): number {
  return usePage(({ state }) => {
    let most = 0;
    for (const count of Object.values(state?.entries ?? {})) most = Math.max(most, count);
    return most;
  });
}
