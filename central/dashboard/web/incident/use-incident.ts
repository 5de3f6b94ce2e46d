import { useContext, useEffect, useState } from "preact/hooks";
import type { IncidentAnswer } from "../../../../schemas/page/incidents.ts";
import { StoreContext, usePage } from "../state/use.ts";
import { type AskedIncident, watchIncident } from "./watch.ts";

/** The newest of an incident: again with each change that the socket tells, and now and then until it is over. */
export function useIncident(id: string): AskedIncident {
  const { clock } = useContext(StoreContext);
  const view = usePage(({ state }) => state?.incidents[id]);
  const [known, setKnown] = useState<AskedIncident>(null);
  useEffect(() => watchIncident(clock, (signal) => ask(id, signal), setKnown), [id, view, clock]);
  return known;
}

/** null: the server cannot tell now. */
async function ask(id: string, signal: AbortSignal): Promise<AskedIncident> {
  const response = await fetch(`/api/v1/incidents/${encodeURIComponent(id)}`, { signal });
  if (response.ok) return (await response.json()) as IncidentAnswer;
  return response.status === 404 ? "none" : null;
}
