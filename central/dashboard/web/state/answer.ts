import { useContext, useEffect, useState } from "preact/hooks";
import { secondOf } from "../rules/replay.ts";
import { useTimeline } from "./past.ts";
import { StoreContext } from "./use.ts";

const PERIOD_MS = 2_000;

/** What only an open sheet shows: the newest answer of this server's path, of the moment that the page shows; null until the first one. */
export function useAnswer<T>(path: string): T | null {
  const store = useContext(StoreContext);
  const { past } = useTimeline();
  const [answer, setAnswer] = useState<T | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const response = await fetch(past ? `${path}?at=${secondOf(store.now)}` : path, {
          signal: abort.signal,
        });
        if (response.ok) setAnswer((await response.json()) as T);
      } catch {
        // The connection's loss is said by the banner; what was known stays.
      }
    };
    void ask();
    const stop = store.clock.every(PERIOD_MS, () => void ask());
    return () => {
      abort.abort();
      stop();
    };
  }, [path, store, past]);
  return answer;
}
