import type { Regrouping } from "../../../schemas/audit.ts";
import { partitionOf } from "../../../schemas/topics.ts";
import type { ReadingPosition } from "./reading-positions.ts";

/** Where an auditor begins that has never read this partition: what is before was audited by another number of them. */
export function floorOf(
  regrouping: Pick<Regrouping, "ends"> | null | undefined,
  topic: string,
  partition: number,
): number {
  return regrouping?.ends[topic]?.[partition] ?? 0;
}

/** Had an auditor that was at these positions read all that was there when the number of partitions changed? */
export function readToTheEnd(
  { ends }: Pick<Regrouping, "ends">,
  positions: readonly ReadingPosition[],
  counted: readonly string[],
): boolean {
  const read = new Map(positions.map(([topic, partition, next]) => [`${topic}@${partition}`, next]));
  return counted.every((topic) =>
    (ends[topic] ?? []).every((end, partition) => (read.get(`${topic}@${partition}`) ?? 0) >= end),
  );
}

/** Do this station's records lie in another partition since? */
export function isMoved({ from, to }: Pick<Regrouping, "from" | "to">, stationId: number): boolean {
  return partitionOf(stationId, from) !== partitionOf(stationId, to);
}
