import { useContext, useEffect, useState } from "preact/hooks";
import type { Layout } from "./layout.ts";
import { StoreContext } from "./use.ts";

/** The page on a wall, `?wall`: it takes no input, and people read it from across a room. */
export const WALL = new URLSearchParams(location.search).has("wall");

/** Map and strips in turn, ms. */
const CYCLE_MS = 20_000;
/** Dimmed from the first of these hours of the viewer's day until the second. */
const NIGHT = [22, 6] as const;

/** What a wall shows now; null: this is no wall. */
export function useWallLayout(): Layout | null {
  const { clock } = useContext(StoreContext);
  const [turn, setTurn] = useState(0);
  useEffect(() => (WALL ? clock.every(CYCLE_MS, () => setTurn((n) => n + 1)) : undefined), [clock]);
  if (!WALL) return null;
  return turn % 2 === 0 ? "map" : "strips";
}

/** Is it night where the wall is? @param now - wall ms. */
export function isNight(now: number): boolean {
  const hour = new Date(now).getHours();
  return hour >= NIGHT[0] || hour < NIGHT[1];
}
