import type { Clock } from "../../../../infra/runtime/clock.ts";

/** Marks are placed this often; a linear transition of the same length carries them between. */
const TICK_MS = 250;
const STEP_MS = 1_000;

type Draw = (steps: boolean) => void;

const drawn = new Set<Draw>();
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
let stop: (() => void) | undefined;

/**
 * Call `draw` at once and then at the pace of the page's motion: one timer for all marks.
 *
 * @param draw - its argument: the reader wants steps instead of gliding.
 */
export function onTick(clock: Clock, draw: Draw): () => void {
  draw(reduced.matches);
  drawn.add(draw);
  stop ??= start(clock);
  return () => {
    drawn.delete(draw);
    if (drawn.size > 0) return;
    stop?.();
    stop = undefined;
  };
}

function start(clock: Clock): () => void {
  return clock.every(reduced.matches ? STEP_MS : TICK_MS, () => {
    for (const draw of drawn) draw(reduced.matches);
  });
}
