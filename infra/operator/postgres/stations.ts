import { NETWORK_ROWS, type NetworkRow } from "../../../schemas/network/rows.ts";
import type { StationsRow } from "../../../schemas/records.ts";

const COMPASS = { N: "north", S: "south", E: "east", W: "west" } as const;
const LINE_NAMES = { red: "Red Line", blue: "Blue Line", green: "Green Line" } as const;

/** The rows of PostgreSQL's `stations`: two stops for each station and line of the network file, 230 in all. */
export function stationsRows(rows: readonly NetworkRow[] = NETWORK_ROWS): readonly StationsRow[] {
  return rows.flatMap(([line, order, stationId, name, , , , stop1, dir1, stop2, dir2]) => {
    const common = {
      station_name: name,
      station_descriptive_name: `${name} (${line ? LINE_NAMES[line] : "other lines"})`,
      station_id: stationId,
      order,
      red: line === "red",
      blue: line === "blue",
      green: line === "green",
    };
    return [
      { stop_id: stop1, direction_id: dir1, stop_name: `${name} (${COMPASS[dir1]}bound)`, ...common },
      { stop_id: stop2, direction_id: dir2, stop_name: `${name} (${COMPASS[dir2]}bound)`, ...common },
    ];
  });
}
