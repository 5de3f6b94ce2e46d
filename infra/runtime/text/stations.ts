import { STATIONS, type Station, stationById } from "../../../schemas/network/network.ts";
import { spellingDistance } from "./spelling.ts";

/** Stations whose id or name comes nearest to what somebody typed, best first. */
export function nearestStations(text: string, limit = 5): readonly Station[] {
  const wanted = text.toLowerCase();
  const exact = stationById(Number(text));
  if (exact) return [exact];
  const score = (s: Station): number => {
    const name = s.name.toLowerCase();
    if (name.includes(wanted)) return -1;
    // "Clark/Lake" and "Harold Washington Library-State/Van Buren" are known by a part of their names.
    const spoken = [name, String(s.id), ...name.split(/[/-]/)];
    return Math.min(...spoken.map((part) => spellingDistance(part.trim(), wanted)));
  };
  const scored = STATIONS.map((station) => ({ station, score: score(station) }));
  return scored
    .sort((x, y) => x.score - y.score)
    .slice(0, limit)
    .map(({ station }) => station);
}
