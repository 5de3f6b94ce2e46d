import { useContext, useEffect, useState } from "preact/hooks";
import type { IncidentAnswer } from "../../../../schemas/page/incidents.ts";
import { StoreContext, usePage } from "../state/use.ts";

/** What its page knows of an incident; null: the server has not answered yet, "none": it has none of this id. */
export type AskedIncident = IncidentAnswer | "none" | null;

const PERIOD_MS = 2_000;

/** The newest of an incident: again with each change that the socket tells, and now and then for what it does not. */
export function useIncident(id: string): AskedIncident {
  const { clock } = useContext(StoreContext);
  const view = usePage(({ state }) => state?.incidents[id]);
  const [known, setKnown] = useState<AskedIncident>(null);
  useEffect(() => {
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const response = await fetch(`/api/v1/incidents/${encodeURIComponent(id)}`, { signal: abort.signal });
        if (response.ok) setKnown((await response.json()) as IncidentAnswer);
        else if (response.status === 404) setKnown("none");
      } catch {
        // The connection's loss is said by the banner; what was known stays.
      }
    };
    void ask();
    const stop = clock.every(PERIOD_MS, () => void ask());
    return () => {
      abort.abort();
      stop();
    };
  }, [id, view, clock]);
  return known;
}
