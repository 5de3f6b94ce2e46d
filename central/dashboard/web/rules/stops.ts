import type { Direction, Line } from "../../../../schemas/network/network.ts";
import type { StationView } from "../../../../schemas/page/page.ts";

export interface Stop {
  readonly station: StationView;
  readonly order: number;
}

/** The stops of a line in its order; gaps in the table stay gaps. */
export function stopsOf(stations: Readonly<Record<string, StationView>>, line: Line): Stop[] {
  return Object.values(stations)
    .flatMap((station) => {
      const stop = station.stops.find((s) => s.line === line);
      return stop ? [{ station, order: stop.order }] : [];
    })
    .sort((x, y) => x.order - y.order);
}

export function orderOf(station: StationView | undefined, line: Line): number | undefined {
  return station?.stops.find((stop) => stop.line === line)?.order;
}

/** "towards Howard": the stop at the end a direction runs to. */
export function terminal(stops: readonly Stop[], direction: Direction): string {
  return (direction === "a" ? stops[0] : stops.at(-1))?.station.name ?? "";
}

export const LINE_NAMES: Readonly<Record<Line, string>> = { red: "Red", blue: "Blue", green: "Green" };
export const LINE_LETTERS: Readonly<Record<Line, string>> = { red: "R", blue: "B", green: "G" };
