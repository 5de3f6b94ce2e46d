import type { Clock } from "../../../runtime/clock.ts";
import type { Printer } from "./printer.ts";
import { statusLine, type Totals } from "./status-line.ts";
import { readTotals } from "./totals.ts";

/** A line that is rewritten is so each second; where lines stay, one comes each ten seconds. */
export const LINE_EVERY_MS = { onATerminal: 1_000, elsewhere: 10_000 } as const;
/** The rate is that of the last so many lines. */
const RATE_OVER = 5;

/**
 * Print a line of figures each second, or each ten seconds where lines stay.
 *
 * @returns stops it.
 */
export function followFigures(
  page: string,
  { clock, printer, isTTY }: { readonly clock: Clock; readonly printer: Printer; readonly isTTY: boolean },
): () => void {
  const last: Totals[] = [];
  let asking = false;
  let stopped = false;
  const stop = clock.every(isTTY ? LINE_EVERY_MS.onATerminal : LINE_EVERY_MS.elsewhere, () => {
    if (asking) return;
    asking = true;
    void readTotals(page, clock.monotonic()).then((totals) => {
      asking = false;
      if (stopped) return;
      printer.status(statusLine(totals, last[0]));
      last.push(totals);
      if (last.length > RATE_OVER) last.shift();
    });
  });
  return () => {
    stopped = true;
    stop();
  };
}
