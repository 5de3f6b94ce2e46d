import { TIME_ZONE } from "../../schemas/network/service.ts";

export type DayType = "weekday" | "saturday" | "sunday";

export interface LocalHour {
  readonly dayType: DayType;
  /** 0 to 23. */
  readonly hour: number;
}

const HOUR_MS = 3_600_000;

const format = new Intl.DateTimeFormat("en-US", {
  timeZone: TIME_ZONE,
  weekday: "short",
  hour: "2-digit",
  hourCycle: "h23",
});

let cached: { readonly hourIndex: number; readonly local: LocalHour } | undefined;

/** Day type and hour in Chicago, daylight saving included. Chicago's offset is whole hours, so an hour is one answer. */
export function localHour(epochMs: number): LocalHour {
  const hourIndex = Math.floor(epochMs / HOUR_MS);
  if (cached?.hourIndex === hourIndex) return cached.local;
  const parts = format.formatToParts(hourIndex * HOUR_MS);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? "";
  const weekday = part("weekday");
  const local: LocalHour = {
    dayType: weekday === "Sat" ? "saturday" : weekday === "Sun" ? "sunday" : "weekday",
    hour: Number(part("hour")),
  };
  cached = { hourIndex, local };
  return local;
}

const dateFormat = new Intl.DateTimeFormat("en-US", {
  timeZone: TIME_ZONE,
  month: "numeric",
  day: "numeric",
});

/** Day of the year in Chicago, from 0 (1 January) to 365, months of a leap year. */
export function dayOfYear(epochMs: number): number {
  const [month = 1, day = 1] = dateFormat.format(epochMs).split("/").map(Number);
  return (Date.UTC(2024, month - 1, day) - Date.UTC(2024, 0, 1)) / 86_400_000;
}
