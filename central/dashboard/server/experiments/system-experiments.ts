import { stationById } from "../../../../schemas/network/network.ts";
import type { SystemFault } from "../../../../schemas/system-faults.ts";
import type { Experiment } from "./experiment.ts";

interface Words {
  readonly hop: string;
  readonly order: string;
  readonly watch: string;
}

/**
 * What the supervisor can do for a while besides killing a part.
 *
 * @param possible - what it can do on this machine now.
 * @param stationId - the station that has a clone of its agent; null: none is heard.
 */
export function systemExperiments(
  possible: readonly SystemFault[],
  stationId: number | null,
  forMs: number,
): Experiment[] {
  return possible.flatMap((fault): Experiment[] => {
    const common = { id: fault, part: null, forMs };
    if (fault !== "cloned-agent")
      return [{ ...common, ...WORDS[fault], target: null, effect: { system: fault } }];
    if (stationId === null) return [];
    const target = String(stationId);
    return [{ ...common, ...cloneWords(stationId), target, effect: { system: fault, target } }];
  });
}

const WORDS: Readonly<Record<Exclude<SystemFault, "cloned-agent">, Words>> = {
  "slow-kafka": {
    hop: "Slow Kafka",
    order: "Slow down for 20 s",
    watch:
      "The broker stands still for 400 of each 500 ms. It acknowledges late, so more is in transit; nothing is refused.",
  },
  "full-disk": {
    hop: "Agents' disk",
    order: "Fill for 20 s",
    watch:
      "No file of the agents can grow. They acknowledge only what they have stored: entries wait in the turnstiles.",
  },
  "wrong-clock": {
    hop: "Agents' clock",
    order: "Set a day ahead for 20 s",
    watch:
      "Readings bear a wrong time. Each device numbers its own readings, and the numbers decide what is counted.",
  },
  "starved-machine": {
    hop: "This machine",
    order: "Starve for 20 s",
    watch: "Busy processes take all processors. Everything is late, this page too, and your other programs.",
  },
};

function cloneWords(stationId: number): Words {
  const name = stationById(stationId)?.name ?? String(stationId);
  return {
    hop: "A cloned agent",
    order: "Clone for 20 s",
    watch: `A second agent logs in as ${name}, from a machine without turnstiles. The gateway refuses it as long as the first one is there.`,
  };
}
