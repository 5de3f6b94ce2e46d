import { TIME_ZONE } from "../../../../schemas/network/service.ts";

const format = new Intl.DateTimeFormat("en-CA", {
  timeZone: TIME_ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** The city's date (YYYYMMDD) and time of day (HH:MM:SS) at a wall time, epoch ms. */
export function cityTime(at: number): { readonly date: string; readonly time: string } {
  const parts = format.formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((each) => each.type === type)?.value ?? "";
  return {
    date: `${part("year")}${part("month")}${part("day")}`,
    time: `${part("hour")}:${part("minute")}:${part("second")}`,
  };
}

/** Milliseconds since noon minus twelve hours as `HH:MM:SS`, the form of times in GTFS tables. */
export function clockOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, "0"))
    .join(":");
}
