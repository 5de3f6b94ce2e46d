import { useEffect, useState } from "preact/hooks";

/** The page's only places: the overview, and one station's sheet over or beside it. */
export type Route = { readonly at: "overview" } | { readonly at: "station"; readonly id: number };

export function parseRoute(hash: string): Route {
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
