interface Place {
  /** WGS 84 degrees. */
  readonly lat: number;
  readonly lon: number;
}

/** Mean radius of the Earth, km. */
const RADIUS_KM = 6371.0088;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The great circle's length between two places, km (haversine). */
export function distanceKm(from: Place, to: Place): number {
  const half = (x: number, y: number): number => Math.sin(radians(y - x) / 2) ** 2;
  const h =
    half(from.lat, to.lat) + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * half(from.lon, to.lon);
  return 2 * RADIUS_KM * Math.asin(Math.sqrt(h));
}

/** How far each place is along the way through all of them, km to the metre. */
export function distances(places: readonly Place[]): number[] {
  let km = 0;
  return places.map((place, i) => {
    const before = places[i - 1];
    if (before) km += distanceKm(before, place);
    return Math.round(km * 1000) / 1000;
  });
}
