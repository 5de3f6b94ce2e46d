import { seededRandom } from "../../infra/runtime/random.ts";
import type { WeatherRecord, WeatherStatus } from "../../schemas/records.ts";
import { dayOfYear, localHour } from "../city/calendar.ts";

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/** Chicago O'Hare, 1991–2020 normals, rounded: January's mean 25 °F, July's 75 °F; coldest about 20 January. */
const MEAN_F = 50;
const SEASON_F = 25;
const COLDEST_DAY = 20;
/** Half the difference between afternoon and dawn. */
const DAILY_F = 8;
const WARMEST_HOUR = 15;
/** How far the day's weather strays from the season. */
const SPELL_F = 9;
/** Nothing outside Chicago's records (−27 °F in 1985, 105 °F in 1934). */
const RECORDS = { least: -27, most: 105 };

/** Cumulative chances, about as many hours a year as the city has of each. */
const SKIES: readonly (readonly [number, WeatherStatus])[] = [
  [0.3, "sunny"],
  [0.55, "partly_cloudy"],
  [0.78, "cloudy"],
  [0.88, "windy"],
  [1, "precipitation"],
];

/**
 * The weather of an hour, from the seed and the hour alone: it cannot walk off, and a restart does not change it.
 *
 * @param service - epoch ms of the service clock.
 */
export function weatherAt(seed: number, service: number): WeatherRecord {
  const hour = Math.floor(service / HOUR_MS);
  const season = MEAN_F - SEASON_F * Math.cos((2 * Math.PI * (dayOfYear(service) - COLDEST_DAY)) / 366);
  const daily = DAILY_F * Math.cos((2 * Math.PI * (localHour(service).hour - WARMEST_HOUR)) / DAY_HOURS);
  const temperature = season + daily + SPELL_F * spell(seed, "temperature", hour, 2 * DAY_HOURS);
  const sky = (spell(seed, "sky", hour, 6) + 1) / 2;
  return {
    temperature: Math.round(Math.min(RECORDS.most, Math.max(RECORDS.least, temperature)) * 10) / 10,
    status: SKIES.find(([upTo]) => sky <= upTo)?.[1] ?? "precipitation",
  };
}

/** Smooth noise in [−1, 1]: random values every `hours`, and a straight way between them. */
function spell(seed: number, label: string, hour: number, hours: number): number {
  const knot = (index: number): number => 2 * seededRandom(seed, `weather/${label}/${index}`)() - 1;
  const index = Math.floor(hour / hours);
  const share = hour / hours - index;
  return knot(index) * (1 - share) + knot(index + 1) * share;
}
