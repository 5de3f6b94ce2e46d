import { turnstileId } from "../../../schemas/network/devices.ts";
import { STATIONS } from "../../../schemas/network/network.ts";
import { EMBEDDED_LIMITS } from "../../../schemas/topic-settings.ts";
import { partitionOf } from "../../../schemas/topics.ts";
import type { Cell } from "./cells.ts";

/** A cell with stations of its own, so that many can be struck in one run. */
export interface Assigned {
  readonly cell: Cell;
  /** Turnstile 1 of the struck station, and of the one that gains what it loses: in the same partition. */
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

/** @throws RangeError when there are more cells than pairs of stations. */
export function assign(cells: readonly Cell[]): Assignment {
  const ids = STATIONS.map(({ id }) => id);
  const inPartition = (p: number): number[] =>
    ids.filter((id) => partitionOf(id, EMBEDDED_LIMITS.partitions) === p);
  const pools = Array.from({ length: EMBEDDED_LIMITS.partitions }, (_, p) => inPartition(p));
  const assigned = cells.map((cell, n): Assigned => {
    const pool = pools[n % pools.length] ?? [];
    const [station, partner] = [pool.shift(), pool.shift()];
    if (station === undefined || partner === undefined) throw new RangeError("too many cells for one run");
    return { cell, deviceId: turnstileId(station, 1), partnerId: turnstileId(partner, 1) };
  });
  const left = pools.flat()[0];
  if (left === undefined) throw new RangeError("no station is left");
  return {
    assigned,
    passersBy: ids.map((id) => turnstileId(id, 2)),
    unrelated: turnstileId(left, 1),
  };
}
