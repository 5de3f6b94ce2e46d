import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { onTick } from "../lines/ticker.ts";
import { labelOf, TrainFace, useChosen } from "../lines/train-mark.tsx";
import type { LineTrain } from "../lines/use-line.ts";
import { placeOf, step } from "../rules/place.ts";
import { MAP, type Point } from "../rules/projection.ts";
import { alongTrack } from "../rules/track.ts";
import { useTexts } from "../state/language.tsx";
import { StoreContext, usePage } from "../state/use.ts";

interface Props extends LineTrain {
  /** The line's stops, by order. */
  readonly points: readonly Point[];
  readonly towards: string;
}

/** A train on the map: the strips' mark, turned along its track. */
export function MapTrain({ train, order, points, towards }: Props) {
  const texts = useTexts();
  const element = useRef<HTMLLIElement>(null);
  const store = useContext(StoreContext);
  const chosen = useChosen(train.id);
  const name = usePage(({ state }) => state?.stations[train.stationId]?.name ?? "");
  useLayoutEffect(() => {
    const draw = (steps: boolean): void => {
      const { current } = element;
      if (!current || (store.view.paused && current.style.transform !== "")) return;
      const place = placeOf(train, order, points.length - 1, store.now);
      const { x, y, heading } = alongTrack(points, steps ? order : place.order, step(train.direction));
      current.style.transform = `translate(${share(x, MAP.width)}cqw, ${share(y, MAP.height)}cqh)`;
      // Turned at once: between two reports there is at most one bend.
      current.style.setProperty("--heading", `${heading.toFixed(1)}deg`);
      current.dataset["drawn"] = place.drawn;
    };
    return onTick(store.clock, draw);
  }, [train, order, points, store]);
  return (
    <li
      ref={element}
      class={`train line-${train.line}`}
      data-train={train.id}
      data-station={train.stationId}
      data-status={train.status}
      data-chosen={chosen}
    >
      <TrainFace train={train} label={labelOf(train, towards, name, texts)} heading="var(--heading)" />
    </li>
  );
}

function share(part: number, whole: number): string {
  return ((100 * part) / whole).toFixed(3);
}
