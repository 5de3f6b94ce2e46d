import type { StopHealth } from "../lines/use-line.ts";
import { isSilent } from "../rules/health.ts";
import { usePage } from "../state/use.ts";

/** Is anything at this station silent, on whichever line? */
export function useStationHealth(stationId: number): StopHealth {
  return usePage(({ state }) => {
    let heard = false;
    for (const device of Object.values(state?.devices ?? {})) {
      if (device.stationId !== stationId) continue;
      if (isSilent(device)) return "silent";
      if (device.state !== "never_seen") heard = true;
    }
    return heard ? "online" : "unseen";
  });
}
