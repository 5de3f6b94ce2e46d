import { labelOf, TrainFace, useChosen } from "../lines/train-mark.tsx";
import type { LineTrain } from "../lines/use-line.ts";
import { useMotion } from "../lines/use-motion.ts";
import { markOn } from "../rules/lanes.ts";
import { MAP, type Point } from "../rules/projection.ts";
import { useTexts } from "../state/language.tsx";
import { usePage } from "../state/use.ts";

interface Props extends LineTrain {
  /** The line's stops, by order. */
  readonly points: readonly Point[];
  /** How far to the right of its track, in units of the drawing. */
  readonly aside: number;
  readonly towards: string;
}

/** A train on the map: the strips' mark, turned along its track. */
export function MapTrain({ train, order, points, aside, towards }: Props) {
  const texts = useTexts();
  const chosen = useChosen(train.id);
  const name = usePage(({ state }) => state?.stations[train.stationId]?.name ?? "");
  const markFor = (at: number) => markOn(points, at, order, train.direction, aside);
  const element = useMotion(
    {
      train,
      order,
      last: points.length - 1,
      placed(at) {
        const { x, y } = markFor(at);
        return `translate(${share(x, MAP.width)}cqw, ${share(y, MAP.height)}cqh)`;
      },
    },
    [train, order, points, aside],
  );
  return (
    <li
      ref={element}
      class={`train line-${train.line}`}
      data-train={train.id}
      data-station={train.stationId}
      data-status={train.status}
      data-chosen={chosen}
      // Turned at once: between two reports there is no bend.
      style={{ "--heading": `${markFor(order).heading.toFixed(1)}deg` }}
    >
      <TrainFace train={train} label={labelOf(train, towards, name, texts)} heading="var(--heading)" />
    </li>
  );
}

function share(part: number, whole: number): string {
  return ((100 * part) / whole).toFixed(3);
}
