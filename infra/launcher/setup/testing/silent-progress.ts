import type { Progress } from "../progress.mjs";

/** For tests: steps run, nothing is written. */
export const silentProgress: Progress = {
  step: (_label, _hint, work) => work(() => {}),
  note() {},
  problem() {},
};
