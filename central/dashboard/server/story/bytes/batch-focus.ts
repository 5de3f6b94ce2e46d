import { folded, type PlacedSpan } from "./spans.ts";

/** Where a reading is in its batch. */
export interface BatchFocus {
  readonly run: number;
  readonly reading: number;
}

const RUN = /^runs\[(\d+)\]/;
const READING = /^runs\[\d+\]\.readings\[(\d+)\]/;

/** The spans of a batch with all readings but one folded. */
export function focusedBatch(spans: readonly PlacedSpan[], focus: BatchFocus): PlacedSpan[] {
  return folded(
    spans,
    ({ path }) => {
      const run = numberIn(RUN, path);
      if (run === undefined) return undefined;
      if (run !== focus.run) return run < focus.run ? "runs before" : "runs behind";
      const reading = numberIn(READING, path);
      if (reading === undefined || reading === focus.reading) return undefined;
      return reading < focus.reading ? "readings before" : "readings behind";
    },
    (group, some) => {
      const pattern = group.startsWith("runs") ? RUN : READING;
      const count = new Set(some.map(({ path }) => numberIn(pattern, path))).size;
      const what = group.startsWith("runs")
        ? `${count === 1 ? "another device's run" : `runs of ${count} others`}`
        : `${count} ${count === 1 ? "reading" : "readings"} of the same device`;
      const side = group.endsWith("before") ? "before" : "behind";
      return {
        name: `${what} ${side}`,
        value: "left out",
        meaning: "Other entries that travel in the same batch.",
      };
    },
  );
}

function numberIn(pattern: RegExp, path: string): number | undefined {
  const found = pattern.exec(path)?.[1];
  return found === undefined ? undefined : Number(found);
}
