import { useMemo, useRef } from "preact/hooks";
import type { Line } from "../../../../schemas/network/network.ts";
import { useTrains } from "../lines/use-line.ts";
import type { Label } from "../rules/labels.ts";
import { chooseLanes, type Lane } from "../rules/lanes.ts";
import type { Point } from "../rules/projection.ts";

/** The lane of every train on the map, by its id. */
export function useLanes(
  tracks: Readonly<Record<Line, readonly Point[]>>,
  labels: readonly Label[],
): ReadonlyMap<string, Lane> {
  const before = useRef<ReadonlyMap<string, Lane>>(new Map());
  const { red, blue, green } = tracks;
  const [onRed, onBlue, onGreen] = [useTrains("red"), useTrains("blue"), useTrains("green")];
  return useMemo(() => {
    const runs = [
      { trains: onRed, stops: red },
      { trains: onBlue, stops: blue },
      { trains: onGreen, stops: green },
    ].flatMap(({ trains, stops }) =>
      stops.length < 2 ? [] : trains.map(({ train, order }) => ({ train, order, stops })),
    );
    before.current = chooseLanes(runs, labels, before.current);
    return before.current;
  }, [onRed, onBlue, onGreen, red, blue, green, labels]);
}
