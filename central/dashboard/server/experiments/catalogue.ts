import type { ExperimentView } from "../../../../schemas/page/experiments.ts";

/** One way to break the system that heals by itself. */
export interface Experiment extends Omit<ExperimentView, "part"> {
  readonly effect:
    | { readonly fault: string; readonly target: string; readonly strength?: number }
    /** SIGKILL; the supervisor starts it again. */
    | { readonly kill: string };
}

const FAULT_MS = 20_000;

/** In the order of a reading's way, one per hop. Faults are struck at Clark/Lake, the busiest station of two lines. */
export const EXPERIMENTS: readonly Experiment[] = [
  {
    id: "unplug-device",
    hop: "Device",
    order: "Unplug for 20 s",
    watch:
      "Turnstile 40380-T1 goes offline within 3 s. People keep walking through it: their entries wait in it.",
    healsMs: FAULT_MS,
    effect: { fault: "unplug", target: "40380-T1" },
  },
  {
    id: "noisy-line",
    hop: "Serial line",
    order: "Add noise for 20 s",
    watch:
      "Bits flip on the lines of Clark/Lake. Damaged frames are counted there and sent again; none is believed.",
    healsMs: FAULT_MS,
    effect: { fault: "noise", target: "40380", strength: 1e-3 },
  },
  {
    id: "kill-agents",
    hop: "Edge agents",
    order: "Kill",
    watch: "All devices fall silent at once. Entries wait in their rings and on the agents' disk.",
    healsMs: 8_000,
    effect: { kill: "edge" },
  },
  {
    id: "kill-gateway",
    hop: "Gateway",
    order: "Kill",
    watch: "Agents lose MQTT and keep what they have on disk; they send again what was not acknowledged.",
    healsMs: 6_000,
    effect: { kill: "gateway" },
  },
  {
    id: "kill-kafka",
    hop: "Kafka",
    order: "Kill",
    watch: "Nothing is acknowledged until the broker is back. The backlog then drains in order.",
    healsMs: 12_000,
    effect: { kill: "kafka" },
  },
  {
    id: "kill-ksql",
    hop: "ksqlDB",
    order: "Kill",
    watch: "“Summed” stands still while “clean” rises. The sums catch up from where they were.",
    healsMs: 6_000,
    effect: { kill: "ksql" },
  },
];

export function experimentView({ effect, ...view }: Experiment): ExperimentView {
  return { ...view, part: "kill" in effect ? effect.kill : null };
}
