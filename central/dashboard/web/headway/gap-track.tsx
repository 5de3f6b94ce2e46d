import type { Gap } from "../rules/headway.ts";

const WIDTH = 100;
const MIDDLE = 6;

/** The trains of one direction as ticks where they are now; bunched gaps thick, long ones dashed. */
export function GapTrack({ gaps, last }: { readonly gaps: readonly Gap[]; readonly last: number }) {
  const x = (order: number): number => (WIDTH * order) / Math.max(1, last);
  const ticks = gaps.length === 0 ? [] : [gaps[0]?.leader, ...gaps.map(({ follower }) => follower)];
  return (
    <svg class="gaps" viewBox={`-2 0 ${WIDTH + 4} 12`} preserveAspectRatio="none" aria-hidden="true">
      {gaps.map(({ leader, follower, mark }) => (
        <path
          key={follower.train.id}
          class={`gap gap-${mark}`}
          d={`M${x(leader.order).toFixed(1)} ${MIDDLE}L${x(follower.order).toFixed(1)} ${MIDDLE}`}
        />
      ))}
      {ticks.map((tick) =>
        tick ? <path key={tick.train.id} class="gap-train" d={`M${x(tick.order).toFixed(1)} 2v8`} /> : null,
      )}
    </svg>
  );
}
