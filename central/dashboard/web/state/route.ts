import { useEffect, useState } from "preact/hooks";

/** The page's only places: the overview, and a sheet over or beside it: one station's, or that of experiments. */
export type Route =
  | { readonly at: "overview" }
  | { readonly at: "break" }
  | { readonly at: "station"; readonly id: number };

export const BREAK_HREF = "#/break";

export function parseRoute(hash: string): Route {
  if (hash === BREAK_HREF) return { at: "break" };
  const station = /^#\/station\/(\d{5})$/.exec(hash);
  return station ? { at: "station", id: Number(station[1]) } : { at: "overview" };
}

export function stationHref(id: number): string {
  return `#/station/${id}`;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return parseRoute(hash);
}
