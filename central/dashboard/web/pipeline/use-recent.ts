import { useEffect, useRef } from "preact/hooks";
import type { HopView } from "../../../../schemas/page/page.ts";

/** A minute: hops are measured once a second. */
export const RECENT = 60;

/** The rates of one hop since the page was opened, oldest first, at most a minute of them; null: no data. */
export function useRecent(hop: HopView | undefined): readonly (number | null)[] {
  const values = useRef<(number | null)[]>([]);
  const seen = useRef<HopView | undefined>(undefined);
  useEffect(() => {
    seen.current = hop;
  }, [hop]);
  if (hop && hop !== seen.current) values.current = [...values.current, hop.rate].slice(-RECENT);
  return values.current;
}
