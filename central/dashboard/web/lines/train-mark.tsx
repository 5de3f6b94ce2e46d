import type { TrainView } from "../../../../schemas/page/page.ts";
import { trainNumber } from "../rules/words.ts";
import { useTexts } from "../state/language.tsx";
import { trainHref, useRoute } from "../state/route.ts";
import { usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";
import type { LineTrain } from "./use-line.ts";
import { useMotion } from "./use-motion.ts";
import { walkTrains } from "./walk-trains.ts";

export type Axis = "across" | "down";

interface Props extends LineTrain {
  readonly axis: Axis;
  readonly last: number;
  readonly towards: string;
}

/** Headings of the mark: `a` runs to the start of the line, which is left or up. */
const TURN = { across: { a: 180, b: 0 }, down: { a: -90, b: 90 } } as const;
/** The number sits in the body, behind the point. */
const NUDGE = { across: { a: [3, 0], b: [-3, 0] }, down: { a: [0, 3], b: [0, -3] } } as const;

/** A train: pointed where it goes, moved by transform only, so that nothing else is laid out again. */
export function TrainMark({ train, order, slot, axis, last, towards }: Props) {
  const texts = useTexts();
  const chosen = useChosen(train.id);
  const name = usePage(({ state }) => state?.stations[train.stationId]?.name ?? "");
  const element = useMotion(
    {
      train,
      order,
      last,
      placed: (at) =>
        axis === "across"
          ? `translateX(${((100 * at) / last).toFixed(3)}cqw)`
          : `translateY(calc(${at.toFixed(3)} * var(--row)))`,
    },
    [train, order, last, axis],
  );
  return (
    <li
      ref={element}
      class={`train line-${train.line}`}
      data-train={train.id}
      data-station={train.stationId}
      data-direction={train.direction}
      data-status={train.status}
      data-chosen={chosen}
      style={{ "--slot": slot }}
    >
      <TrainFace
        train={train}
        label={labelOf(train, towards, name, texts)}
        heading={`${TURN[axis][train.direction]}deg`}
        nudge={NUDGE[axis][train.direction]}
      />
    </li>
  );
}

interface FaceProps {
  readonly train: TrainView;
  readonly label: string;
  /** CSS angle, clockwise from the right. */
  readonly heading: string;
  readonly nudge?: readonly [number, number];
}

/**
 * The mark itself, in the middle of 32 × 32 px: it opens the train's sheet. The tab key passes it by, for there are
 * many of them; the key T comes here, arrows go on from one to the next.
 */
export function TrainFace({ train, label, heading, nudge: [x, y] = [0, 0] }: FaceProps) {
  return (
    <a class="train-link" href={trainHref(train.id)} tabIndex={-1} onKeyDown={walkTrains}>
      <span class="visually-hidden">{label}</span>
      <svg viewBox="-16 -16 32 32" width="32" height="32" aria-hidden="true">
        <title>{label}</title>
        <path
          class="train-body"
          d="M-11,-8 H5 L13,0 L5,8 H-11 Z"
          style={{ transform: `rotate(${heading})` }}
        />
        <text class="train-number" x={x} y={y}>
          {trainNumber(train.id)}
          {train.status === "in_service" ? "" : "!"}
        </text>
      </svg>
    </a>
  );
}

/** Is this the train whose sheet is open? */
export function useChosen(id: string): boolean {
  const route = useRoute();
  return route.at === "train" && route.id === id;
}

/** "Train RL003 towards Howard: seen at Lake". */
export function labelOf({ id, status }: TrainView, towards: string, name: string, { lines }: Texts): string {
  if (status === "broken_down") return lines.brokenDownAt(id, towards, name);
  if (status === "out_of_service") return lines.outOfServiceAt(id, towards, name);
  return lines.seenAt(id, towards, name);
}
