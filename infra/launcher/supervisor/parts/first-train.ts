import { exitCodeOf } from "../../../../schemas/errors.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { launchWork } from "../process/prepared.ts";
import type { Part } from "../supervise/part.ts";
import { CARRIERS } from "./programs.ts";

export const FIRST_TRAIN = "first-train";
/** Without these no train can come. */
const ON_ITS_WAY: readonly string[] = ["firmware-sim", "edge", ...CARRIERS, "dashboard"];

const ASK_EVERY_MS = 100;
/**
 * What waits for it is then no longer held back, train or not: at least so long, and on a slow machine as long again as
 * everything up to here took.
 */
const GIVE_UP_MS = 6_000;

/** Will a train come at all? */
export function expectsTrain(
  parts: readonly string[],
  { traffic, rate }: { readonly traffic?: boolean; readonly rate?: string },
): boolean {
  return traffic !== false && rate === undefined && ON_ITS_WAY.every((part) => parts.includes(part));
}

/**
 * Done when the page shows a train: until then the parts that no train needs leave the processor to those it needs.
 *
 * @param page - address of the dashboard.
 */
export function firstTrainPart(page: string, clock: Clock): Part {
  const planned = clock.monotonic();
  return {
    name: FIRST_TRAIN,
    kind: "task",
    needs: [],
    feeds: [],
    yieldsTo: CARRIERS,
    url: null,
    log: null,
    holdsState: false,
    launch: () =>
      launchWork(async (signal) => {
        const began = clock.monotonic();
        const patienceMs = Math.max(GIVE_UP_MS, began - planned);
        while (!signal.aborted && clock.monotonic() - began < patienceMs) {
          if (await showsTrain(page)) return;
          await clock.sleep(ASK_EVERY_MS, signal);
        }
      }, exitCodeOf),
  };
}

async function showsTrain(page: string): Promise<boolean> {
  try {
    const response = await fetch(`${page}/api/v1/trains`, { signal: AbortSignal.timeout(1_000) });
    const trains = (await response.json()) as readonly { readonly stale: boolean }[];
    return trains.some((train) => !train.stale);
  } catch {
    return false;
  }
}
