import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import type { FleetEvent } from "../../schemas/fleet.ts";
import { fleetEvent } from "../../schemas/testing/fleet-events.ts";

/** Vehicles that post until they are told to stop, and again whatever was not acknowledged. */
export interface FleetLoad {
  /** Resolves when so many more events were acknowledged. */
  acknowledges(more: number): Promise<void>;
  /** The last sequence number of each vehicle; those before it were acknowledged too. */
  acknowledged(): readonly { readonly vehicle: string; readonly last: number }[];
  /** POSTs that were not, so far. */
  readonly failures: number;
  event(vehicle: string, sequence: number): FleetEvent;
  /** Ends when everything that was posted is acknowledged. */
  stop(): Promise<void>;
  /** Ends soon, whatever was not acknowledged. */
  abandon(): void;
}

const EVENTS_PER_POST = 5;
const PAUSE_MS = 20;

/** @param pauseMs - of a vehicle between two POSTs. */
export function startFleetLoad(url: string, vehicles: number, pauseMs = PAUSE_MS): FleetLoad {
  const last = new Map<string, number>();
  let total = 0;
  let failures = 0;
  let stopping = false;
  let abandoned = false;
  const drive = async (vehicle: string): Promise<void> => {
    for (let next = 1; !stopping; next += EVENTS_PER_POST) {
      const events = Array.from({ length: EVENTS_PER_POST }, (_, n) => event(vehicle, next + n));
      while (!(await posted(url, events))) {
        if (abandoned) return;
        failures++;
        await sleep(PAUSE_MS * 5);
      }
      last.set(vehicle, next + EVENTS_PER_POST - 1);
      total += EVENTS_PER_POST;
      await sleep(pauseMs);
    }
  };
  const driving = Promise.all(
    Array.from({ length: vehicles }, (_, n) => drive(`V-${String(n).padStart(3, "0")}`)),
  );
  return {
    event,
    get failures() {
      return failures;
    },
    async acknowledges(more) {
      const wanted = total + more;
      await eventually(() => {
        if (total < wanted) throw new Error(`${total} events acknowledged, not ${wanted}`);
      });
    },
    acknowledged: () =>
      [...last]
        .map(([vehicle, n]) => ({ vehicle, last: n }))
        .sort((x, y) => (x.vehicle < y.vehicle ? -1 : 1)),
    async stop() {
      stopping = true;
      await driving;
    },
    abandon() {
      stopping = true;
      abandoned = true;
    },
  };
}

function event(vehicle: string, sequence: number): FleetEvent {
  const metadata = { note: "'; DROP TABLE av_telemetry.diag; --" };
  return fleetEvent({ vehicle_id: vehicle, sequence, metadata });
}

async function posted(url: string, events: readonly FleetEvent[]): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/events`, {
      method: "POST",
      body: JSON.stringify(events),
      headers: { "content-type": "application/json" },
    });
    await answer.text();
    return answer.status === 202;
  } catch {
    return false;
  }
}
