import type { Clock } from "../../infra/runtime/clock.ts";
import type { StateView } from "../control/api.ts";
import type { ActiveFault } from "../faults/fault-board.ts";
import { statusLine, statusTable } from "./text.ts";

const TABLE_MS = 1000;
const LINE_MS = 10_000;

export interface SimulatorReporterOptions {
  readonly clock: Clock;
  readonly terminal: boolean;
  readonly write: (text: string) => void;
  readonly state: () => StateView;
  readonly faults: () => readonly ActiveFault[];
}

/** A table that renews itself on a terminal, a plain line now and then elsewhere. @returns a function that ends it. */
export function startReporter(options: SimulatorReporterOptions): () => void {
  const { clock, terminal, write, state, faults } = options;
  if (!terminal) return clock.every(LINE_MS, () => write(`${statusLine(state())}\n`));
  let height = 0;
  return clock.every(TABLE_MS, () => {
    const table = statusTable(state(), faults());
    // Up over the last one, and clear what was below.
    write(`${height > 0 ? `\x1b[${height}A\x1b[J` : ""}${table}\n`);
    height = table.split("\n").length;
  });
}
