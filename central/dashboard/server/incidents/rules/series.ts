import type { WaitingSeries } from "../../../../../schemas/page/incidents.ts";

/** An incident may last for days: when so many steps are full, two become one. */
export const STEPS = 96;
const FIRST_STEP_MS = 1_000;

export function beginSeries(from: number): WaitingSeries {
  return { from, stepMs: FIRST_STEP_MS, most: [] };
}

/** The series with one more measurement, of any time after the last; its length is bounded, its peaks stay. */
export function measured(series: WaitingSeries, at: number, waiting: number | null): WaitingSeries {
  let { stepMs, most } = series;
  const stepOf = (): number => Math.max(0, Math.floor((at - series.from) / stepMs));
  while (stepOf() >= STEPS) {
    most = halved(most);
    stepMs *= 2;
  }
  const step = stepOf();
  const next = Array.from({ length: Math.max(most.length, step + 1) }, (_, i) => most[i] ?? null);
  next[step] = greater(next[step] ?? null, waiting);
  return { from: series.from, stepMs, most: next };
}

function halved(most: WaitingSeries["most"]): WaitingSeries["most"] {
  return Array.from({ length: Math.ceil(most.length / 2) }, (_, i) =>
    greater(most[2 * i] ?? null, most[2 * i + 1] ?? null),
  );
}

function greater(x: number | null, y: number | null): number | null {
  if (x === null || y === null) return x ?? y;
  return Math.max(x, y);
}
