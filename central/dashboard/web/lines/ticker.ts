/** Marks are placed this often; a linear transition of the same length carries them between. */
const TICK_MS = 250;
const STEP_MS = 1_000;

type Draw = (steps: boolean) => void;

const drawn = new Set<Draw>();
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Call `draw` at once and then at the pace of the page's motion: one timer for all marks.
 *
 * @param draw - its argument: the reader wants steps instead of gliding.
 */
export function onTick(draw: Draw): () => void {
  draw(reduced.matches);
  drawn.add(draw);
  timer ??= start();
  return () => {
    drawn.delete(draw);
    if (drawn.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function start(): ReturnType<typeof setInterval> {
  return setInterval(
    () => {
      for (const draw of drawn) draw(reduced.matches);
    },
    reduced.matches ? STEP_MS : TICK_MS,
  );
}
