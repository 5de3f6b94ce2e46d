import type { Dashboard } from "../../central/dashboard/server/dashboard.ts";
import { serve } from "../../central/dashboard/server/testing/served.ts";
import { builtPage } from "../support/built.ts";
import { BusyChicago } from "./busy-chicago.ts";

const BEAT_MS = 500;

/** A busy morning, going on, behind a real dashboard server that serves the page as it is built now. */
export interface Morning {
  readonly busy: BusyChicago;
  readonly dashboard: Dashboard;
  stop(): Promise<void>;
}

export async function startMorning(simulatorUrl?: string): Promise<Morning> {
  const webRoot = await builtPage();
  const busy = await BusyChicago.at(Date.now());
  const dashboard = await serve(
    busy.city,
    simulatorUrl === undefined ? { webRoot } : { webRoot, simulatorUrl },
  );
  const beat = setInterval(() => busy.advance(Date.now()), BEAT_MS);
  return {
    busy,
    dashboard,
    async stop() {
      clearInterval(beat);
      await dashboard.stop();
    },
  };
}
