import { arrivalSensorId, turnstileId } from "../../../schemas/network/devices.ts";
import { STATIONS, type Station } from "../../../schemas/network/network.ts";
import { BUILT_IN_LIMITS } from "../../../schemas/topic-settings.ts";
import { partitionOf } from "../../../schemas/topics.ts";
import type { Cell } from "./cells.ts";

/** A cell with devices of its own, so that many can be struck in one run. */
export interface Assigned {
  readonly cell: Cell;
  /** A device of the struck station, and of the one that gains what it loses: in the same partition. */
  readonly deviceId: string;
  readonly partnerId: string;
}

export interface Assignment {
  readonly assigned: readonly Assigned[];
  /** Turnstile 2 of every station: passers-by. */
  readonly passersBy: readonly string[];
  /** A turnstile that has nothing to do with any cell. */
  readonly unrelated: string;
}

/**
 * Each place and fault has two stations of its own; turnstiles and sensors share them.
 *
 * @throws RangeError when there are more than pairs of stations.
 */
export function assign(cells: readonly Cell[]): Assignment {
  const { partitions } = BUILT_IN_LIMITS;
  const pools = Array.from({ length: partitions }, (_, p) =>
    STATIONS.filter(({ id }) => partitionOf(id, partitions) === p),
  );
  const pairs = new Map<string, readonly [Station, Station]>();
  const pairOf = ({ place, fault }: Cell): readonly [Station, Station] => {
    const key = `${place}: ${fault}`;
    const known = pairs.get(key);
    if (known) return known;
    const pool = pools[pairs.size % partitions] ?? [];
    const [station, partner] = [pool.shift(), pool.shift()];
    if (!station || !partner) throw new RangeError("too many cells for one run");
    pairs.set(key, [station, partner]);
    return [station, partner];
  };
  const assigned = cells.map((cell): Assigned => {
    const [station, partner] = pairOf(cell);
    return { cell, deviceId: deviceOf(station, cell), partnerId: deviceOf(partner, cell) };
  });
  const left = pools.flat()[0];
  if (!left) throw new RangeError("no station is left");
  return {
    assigned,
    passersBy: STATIONS.map(({ id }) => turnstileId(id, 2)),
    unrelated: turnstileId(left.id, 1),
  };
}

function deviceOf({ id, stops }: Station, { device }: Cell): string {
  return device === "turnstile" ? turnstileId(id, 1) : arrivalSensorId(id, stops[0]?.line ?? "blue", "a");
}
