import { TIME_ZONE } from "../../../../schemas/network/service.ts";

/** Words and figures as the page writes them. */

const numbers = new Intl.NumberFormat("en-US");
const serviceTime = new Intl.DateTimeFormat("en-US", {
  timeZone: TIME_ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const serviceDay = new Intl.DateTimeFormat("en-US", { timeZone: TIME_ZONE, weekday: "short" });
const wallTime = new Intl.DateTimeFormat("en-US", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** 81,204; "no data" for null, which is never drawn as zero. */
export function figure(n: number | null | undefined): string {
  return n === null || n === undefined ? "no data" : numbers.format(n);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${numbers.format(n)} ${n === 1 ? one : many}`;
}

/** Service clock: HH:MM in Chicago. */
export function clockTime(service: number): string {
  return serviceTime.format(service);
}

/** Service clock: "Tue". */
export function clockDay(service: number): string {
  return serviceDay.format(service);
}

/** What a visitor sees is no real train, and how fast its clock runs. */
export function emulated(speed: number | null): string {
  if (speed === null) return "Emulated service";
  return speed === 1
    ? "Emulated service, real time"
    : `Emulated service, ${numbers.format(speed)}× real time`;
}

/** Wall clock of the reader: HH:MM:SS. */
export function wall(at: number): string {
  return wallTime.format(at);
}

/** "12 s", "4 min", "2 h". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Whole minutes of the service clock in so much time of the wall's; at real speed where it is unknown. */
export function minutes(wallMs: number, speed: number | null): number {
  return Math.round((wallMs * (speed ?? 1)) / 60_000);
}

/** 3 ms, 1.2 s, "–" for null. */
export function delay(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : span(ms);
}

/** The number on a train: RL003 → 3. */
export function trainNumber(id: string): string {
  return String(Number(id.replace(/\D/g, "") || 0));
}

const SKIES: Readonly<Record<string, string>> = {
  sunny: "sunny",
  partly_cloudy: "partly cloudy",
  cloudy: "cloudy",
  windy: "windy",
  precipitation: "rain or snow",
};

export function sky(status: string): string {
  return SKIES[status] ?? status.replaceAll("_", " ");
}
