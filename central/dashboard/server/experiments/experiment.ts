import type { ExperimentView } from "../../../../schemas/page/experiments.ts";
import type { SystemFault } from "../../../../schemas/system-faults.ts";

/** One way to break the system that heals by itself. */
export interface Experiment extends ExperimentView {
  readonly effect:
    | { readonly fault: string; readonly target: string; readonly strength?: number }
    /** SIGKILL; the supervisor starts it again. */
    | { readonly kill: string }
    /** Made by the supervisor; the target is a station's id. */
    | { readonly system: SystemFault; readonly target?: string };
}
