import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Freshness, freshnessOf } from "../rules/freshness.ts";
import { PageStore } from "./store.ts";
import type { View } from "./view.ts";

/** A shorter loss of the connection is not shown. */
export const QUIET_MS = 2_000;

export const StoreContext = createContext(new PageStore());

/** Part of the view; the component is drawn again only when that part changes. */
export function usePage<T>(select: (view: View) => T): T {
  const store = useContext(StoreContext);
  const [, redraw] = useState(0);
  const selected = select(store.view);
  const last = useRef({ select, selected });
  last.current = { select, selected };
  useLayoutEffect(
    () =>
      store.subscribe(() => {
        const { select, selected } = last.current;
        if (!Object.is(select(store.view), selected)) redraw((n) => n + 1);
      }),
    [store],
  );
  return selected;
}

/** The server's wall clock, epoch ms, drawn again every `periodMs`; stands still while paused. */
export function useNow(periodMs: number): number {
  const store = useContext(StoreContext);
  const [now, setNow] = useState(() => store.now);
  useEffect(() => {
    const tick = (): void => {
      if (!store.view.paused) setNow(store.now);
    };
    tick();
    return store.clock.every(periodMs, tick);
  }, [store, periodMs]);
  return now;
}

/** Does the media query hold? */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = (): void => setMatches(list.matches);
    changed();
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return matches;
}

/** How old what is shown is; a connection that was lost a moment ago is not lost yet. */
export function useFreshness(): Freshness {
  const known = usePage(({ state }) => Object.keys(state?.devices ?? {}).length > 0);
  const silentSince = usePage(({ state }) => state?.silentSince ?? null);
  const offset = usePage(({ clockOffset }) => clockOffset);
  const link = usePage((view) => view.link);
  const now = useNow(1_000);
  const lostSince =
    link.state === "lost" && now - link.since - offset >= QUIET_MS ? link.since + offset : null;
  return freshnessOf({ known, lostSince, silentSince });
}

/** A station's name by its id; the id where the page does not know it. */
export function useStationNames(): (stationId: number) => string {
  const stations = usePage(({ state }) => state?.stations);
  return (id) => stations?.[id]?.name ?? String(id);
}
