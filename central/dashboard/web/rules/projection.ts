/** A place on the map's drawing, in its own units. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LatLon {
  readonly lat: number;
  readonly lon: number;
}

/** The drawing. */
export const MAP = { width: 1000, height: 640, margin: 24 } as const;

/** The middle of the Loop, and within what distance of it the map is nearly true. */
const CENTRE: LatLon = { lat: 41.8815, lon: -87.6295 };
const TRUE_WITHIN_KM = 2;
const KM_PER_DEGREE = 111.2;
const KM_PER_DEGREE_OF_LONGITUDE = KM_PER_DEGREE * Math.cos((CENTRE.lat * Math.PI) / 180);

/** What must be on it, km from the centre: Dan Ryan in the south, Howard, O'Hare, and some of the lake. */
const REACH = { west: bend(-22.9), east: bend(3.2), north: bend(15.5), south: bend(-17.8) };
const SCALE_X = (MAP.width - 2 * MAP.margin) / (REACH.east - REACH.west);
const SCALE_Y = (MAP.height - 2 * MAP.margin) / (REACH.north - REACH.south);

/**
 * Where a place is drawn. Each axis is true near the Loop, where stations stand 100 m apart, and shrinks like a
 * logarithm towards the ends of the lines, so that both can be read; what lies straight north or west stays so.
 */
export function project({ lat, lon }: LatLon): Point {
  const x = bend((lon - CENTRE.lon) * KM_PER_DEGREE_OF_LONGITUDE);
  const y = bend((lat - CENTRE.lat) * KM_PER_DEGREE);
  return {
    x: MAP.margin + (x - REACH.west) * SCALE_X,
    y: MAP.margin + (REACH.north - y) * SCALE_Y,
  };
}

function bend(km: number): number {
  return Math.asinh(km / TRUE_WITHIN_KM);
}

/** The path through these places, with as many points between as its bends need. */
export function pathOf(places: readonly LatLon[], steps = 6): string {
  const points = places.flatMap((place, i) => {
    const before = places[i - 1];
    if (!before) return [project(place)];
    return Array.from({ length: steps }, (_, k) => {
      const share = (k + 1) / steps;
      return project({
        lat: before.lat + (place.lat - before.lat) * share,
        lon: before.lon + (place.lon - before.lon) * share,
      });
    });
  });
  return polyline(points);
}

export function polyline(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
}
