import { useContext, useEffect, useState } from "preact/hooks";
import type { StationDetail } from "../../../../schemas/page/api.ts";
import { StoreContext } from "../state/use.ts";

const PERIOD_MS = 2_000;

/** What only one station's sheet shows, asked for while it is open; null until the first answer. */
export function useDetail(id: number): StationDetail | null {
  const { clock } = useContext(StoreContext);
  const [detail, setDetail] = useState<StationDetail | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const response = await fetch(`/api/v1/stations/${id}`, { signal: abort.signal });
        if (response.ok) setDetail((await response.json()) as StationDetail);
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
  }, [id, clock]);
  return detail;
}
