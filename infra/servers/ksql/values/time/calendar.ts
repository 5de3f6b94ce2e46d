import { DAY_MS } from "../time-text.ts";

/*
 * The calendar of ISO 8601, also before 1582. A day is a number of days since 1970-01-01.
 */

export const yearOf = (days: number): number => new Date(days * DAY_MS).getUTCFullYear();
/** 1: Monday. */
export const weekdayOf = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1;

export const dayOfYear = (days: number): number => days - daysOf(yearOf(days), 1, 1) + 1;

/** @throws Error beyond what a Date holds. */
export function daysOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const days = date.getTime() / DAY_MS;
  if (!Number.isFinite(days)) throw new Error("this server reads years up to 275760 only");
  return days;
}

/** Of a month, in days. */
export function lengthOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
