import type { Sample } from "../rules/trial.ts";
import { useTexts } from "../state/language.tsx";

const WIDTH = 240;
const HEIGHT = 40;

interface Props {
  readonly samples: readonly Sample[];
  readonly startedAt: number;
  /** Marked in it; null: not yet. */
  readonly backAt: number | null;
  /** What the samples count. */
  readonly what?: string;
}

/** How many entries were in transit over time, with a mark where the process or the device was back. */
export function Curve({ samples, startedAt, backAt, what }: Props) {
  const texts = useTexts();
  const last = samples.at(-1);
  if (!last || samples.length < 2) return null;
  const most = Math.max(1, ...samples.map(({ inTransit }) => inTransit));
  const length = Math.max(1, last.at - startedAt);
  const x = (at: number): number => (Math.max(0, at - startedAt) / length) * WIDTH;
  const points = samples.map(({ at, inTransit }) => `${x(at)},${HEIGHT - (inTransit / most) * HEIGHT}`);
  return (
    <svg
      class="trial-curve"
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={texts.breaking.curve(
        what ?? texts.breaking.inTransit,
        texts.delay(length),
        most,
        last.inTransit,
      )}
    >
      {backAt === null ? null : <line class="trial-back" x1={x(backAt)} x2={x(backAt)} y1="0" y2={HEIGHT} />}
      <polyline points={points.join(" ")} />
    </svg>
  );
}
