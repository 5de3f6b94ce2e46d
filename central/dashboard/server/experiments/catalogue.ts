import { stationById } from "../../../../schemas/network/network.ts";
import type { ExperimentView } from "../../../../schemas/page/experiments.ts";
import type { DeviceView, PageState } from "../../../../schemas/page/page.ts";
import type { SystemFault } from "../../../../schemas/system-faults.ts";
import type { Experiment } from "./experiment.ts";
import { systemExperiments } from "./system-experiments.ts";

/** What can be broken depends on it. */
export interface Breakable extends Pick<PageState, "devices" | "parts"> {
  /** What the supervisor can do besides killing a part. */
  readonly faults: readonly SystemFault[];
}

const FAULT_MS = 20_000;

/**
 * What can be broken now, in the order of a reading's way. Faults strike the busiest station that is heard, and kills
 * the parts that the supervisor has: with one line running, or three brokers, that is another one.
 */
export function experimentsOf({ devices, parts, faults }: Breakable): Experiment[] {
  const turnstile = busiest(Object.values(devices));
  const partOf = (name: string): string | undefined =>
    // Without a supervisor no part is known; the order then says what is missing.
    parts.length === 0
      ? name
      : parts.find((each) => each.name === name || each.name.startsWith(`${name}-`))?.name;
  return [
    ...(turnstile ? deviceFaults(turnstile) : []),
    ...KILLS.flatMap(({ part, ...words }) => {
      const kill = partOf(part);
      if (kill === undefined) return [];
      return [
        {
          ...words,
          id: `kill-${part}`,
          order: "Kill",
          part: kill,
          target: null,
          forMs: null,
          effect: { kill },
        },
      ];
    }),
    ...systemExperiments(faults, turnstile?.stationId ?? null, FAULT_MS),
  ];
}

export function experimentView({ effect: _, ...view }: Experiment): ExperimentView {
  return view;
}

/** The turnstile of the busiest station of which one is heard. */
function busiest(devices: readonly DeviceView[]): DeviceView | undefined {
  const entries = ({ stationId }: DeviceView): number => stationById(stationId)?.entries.weekday ?? 0;
  return devices
    .filter(({ kind, state }) => kind === "turnstile" && state === "online")
    .sort((x, y) => entries(y) - entries(x) || x.id.localeCompare(y.id))[0];
}

function deviceFaults({ id, stationId }: DeviceView): Experiment[] {
  const station = String(stationId);
  const name = stationById(stationId)?.name ?? station;
  return [
    {
      id: "unplug-device",
      hop: "Device",
      order: "Unplug for 20 s",
      watch: `Turnstile ${id} of ${name} goes offline within 3 s. People keep walking through it: their entries wait in it.`,
      ...lasting("unplug", id),
    },
    {
      id: "reboot-device",
      hop: "Device's memory",
      order: "Reboot",
      watch: `Turnstile ${id} of ${name} starts again under a new boot number. What its ring held is sent after that.`,
      part: null,
      target: id,
      forMs: null,
      effect: { fault: "reboot", target: id },
    },
    {
      id: "noisy-line",
      hop: "Serial line",
      order: "Add noise for 20 s",
      watch: `Bits flip on the lines of ${name}. Damaged frames are counted there and sent again; none is believed.`,
      ...lasting("noise", station, 1e-3),
    },
    {
      id: "double-frames",
      hop: "Frames",
      order: "Send each three times for 20 s",
      watch: `Every frame of ${name} comes three times. The agent stores each reading once, so no count rises by it.`,
      ...lasting("duplicate", station, 3),
    },
  ];
}

function lasting(
  fault: string,
  target: string,
  strength?: number,
): Pick<Experiment, "part" | "target" | "forMs" | "effect"> {
  const effect = { fault, target, ...(strength === undefined ? {} : { strength }) };
  return { part: null, target, forMs: FAULT_MS, effect };
}

const KILLS = [
  {
    part: "edge",
    hop: "Edge agents",
    watch: "All devices fall silent at once. Entries wait in their rings and on the agents' disk.",
  },
  {
    part: "gateway",
    hop: "Gateway",
    watch: "Agents lose MQTT and keep what they have on disk; they send again what was not acknowledged.",
  },
  {
    part: "kafka",
    hop: "Kafka",
    watch: "Nothing is acknowledged until the broker is back. The backlog then drains in order.",
  },
  {
    part: "ksql",
    hop: "ksqlDB",
    watch: "“Totalled” stands still while “received once” rises. The sums catch up from where they were.",
  },
] as const;
