import { LINES } from "../../../schemas/network/network.ts";
import type { NetworkRow } from "../../../schemas/network/rows.ts";
import { seededRandom } from "../random.ts";
import { STATION_IDS } from "../service/network-file.ts";

/** Chicago's own ids are multiples of ten; of more stations than fit so, they lie closer. */
const STEP = 10;
/** Between two stations of a line, degrees. */
const APART = 0.008;
const CENTRE = { lat: 41.88, lon: -87.63 };
/** Entries on a weekday: half of the stations have fewer, and few have very many, as in Chicago. */
const MEDIAN_ENTRIES = 4_500;

/** The greatest network whose stations five digits can name. */
export const MOST_STATIONS = STATION_IDS.last - STATION_IDS.first + 1;

/**
 * A network that is nowhere: its stations lie along the three lines, each of which winds from the centre outwards. The
 * same seed and count give the same rows.
 *
 * @param count - 1 to `MOST_STATIONS`.
 */
export function syntheticRows(count: number, seed = 1): readonly NetworkRow[] {
  if (count < 1 || count > MOST_STATIONS) throw new RangeError(`${count} stations: 1 to ${MOST_STATIONS}`);
  const random = seededRandom(seed, "synthetic-network");
  const step = Math.min(STEP, Math.floor(MOST_STATIONS / count));
  const ways = LINES.map((_, n) => ({ ...CENTRE, course: (n * 2 * Math.PI) / LINES.length }));
  return Array.from({ length: count }, (_, n): NetworkRow => {
    const line = LINES[n % LINES.length] ?? LINES[0];
    const way = ways[n % LINES.length] ?? { ...CENTRE, course: 0 };
    way.course += (random() - 0.5) / 2;
    way.lat += APART * Math.cos(way.course);
    way.lon += APART * Math.sin(way.course);
    const id = STATION_IDS.first + n * step;
    const weekday = Math.round(MEDIAN_ENTRIES * Math.exp(2 * (random() - 0.5)));
    return [
      line,
      Math.floor(n / LINES.length),
      id,
      `Station ${n + 1}`,
      Number(way.lat.toFixed(6)),
      Number(way.lon.toFixed(6)),
      random() < 0.5 ? 1 : 0,
      2 * n + 1,
      "N",
      2 * n + 2,
      "S",
      weekday,
      Math.round(0.6 * weekday),
      Math.round(0.5 * weekday),
    ];
  });
}
