import { useEffect, useState } from "preact/hooks";

/** The page's only places: the overview, and a sheet over or beside it: one station's, one train's, the proof's, the experiments', or the incidents'; and one reading's story in the lines' place. */
export type PageRoute =
  | { readonly at: "overview" }
  | { readonly at: "break" }
  /** `of`: `DEVICE/BOOT/SEQ`, or a device whose newest reading is meant; empty: the reader chooses. */
  | { readonly at: "story"; readonly of: string }
  /** `finding`: the id of the one that is to be looked at. */
  | { readonly at: "proof"; readonly finding: string | null }
  | { readonly at: "train"; readonly id: string }
  | { readonly at: "station"; readonly id: number }
  | { readonly at: "incidents" }
  | { readonly at: "incident"; readonly id: string };

export const BREAK_HREF = "#/break";
export const PROOF_HREF = "#/proof";
export const INCIDENTS_HREF = "#/incidents";
export const STORY_HREF = "#/story";

export function parseRoute(hash: string): PageRoute {
  if (hash === BREAK_HREF) return { at: "break" };
  if (hash === PROOF_HREF) return { at: "proof", finding: null };
  const finding = /^#\/proof\/(.+)$/.exec(hash)?.[1];
  if (finding !== undefined) return { at: "proof", finding: decodeURIComponent(finding) };
  if (hash === INCIDENTS_HREF) return { at: "incidents" };
  const incident = /^#\/incident\/(.+)$/.exec(hash)?.[1];
  if (incident !== undefined) return { at: "incident", id: decodeURIComponent(incident) };
  const story = /^#\/story(?:\/([A-Za-z0-9-]+(?:\/\d+\/\d+)?))?$/.exec(hash);
  if (story) return { at: "story", of: story[1] ?? "" };
  const train = /^#\/train\/([A-Za-z0-9]+)$/.exec(hash)?.[1];
  if (train !== undefined) return { at: "train", id: train };
  const station = /^#\/station\/(\d{5})$/.exec(hash);
  return station ? { at: "station", id: Number(station[1]) } : { at: "overview" };
}

export function findingHref(id: string): string {
  return `${PROOF_HREF}/${encodeURIComponent(id)}`;
}

export function incidentHref(id: string): string {
  return `#/incident/${encodeURIComponent(id)}`;
}

/** @param of - a device's id, or `DEVICE/BOOT/SEQ`; empty: the reader chooses. */
export function storyHref(of: string): string {
  return of === "" ? STORY_HREF : `${STORY_HREF}/${of}`;
}

export function trainHref(id: string): string {
  return `#/train/${id}`;
}

export function stationHref(id: number): string {
  return `#/station/${id}`;
}

export function useRoute(): PageRoute {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return parseRoute(hash);
}
