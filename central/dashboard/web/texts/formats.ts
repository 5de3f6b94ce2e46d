import { TIME_ZONE } from "../../../../schemas/network/service.ts";

/** Words that figures and times need in every language. */
interface FormatWords {
  /** Said instead of a number that is not known; never drawn as zero. */
  readonly noData: string;
  /** "12 s ago", of "12 s". */
  readonly ago: (span: string) => string;
}

/** Numbers and times as one language writes them. */
export interface Formats {
  /** 81,204; "no data" for null. */
  figure(n: number | null | undefined): string;
  /** "1 entry", "81,204 entries". */
  count(n: number, one: string, other: string): string;
  /** One of two forms, by the language's rule for this number. */
  choose(n: number, one: string, other: string): string;
  /** "12 s", "4 min", "2 h". */
  span(ms: number): string;
  /** "12 s ago". */
  ago(ms: number): string;
  /** 3 ms, 1.2 s, "–" for null. */
  delay(ms: number | null): string;
  /** Wall clock of the reader: HH:MM:SS. */
  wall(at: number): string;
  /** Day of the reader's wall clock: "Nov 30, 2026". */
  day(at: number): string;
  /** The same with its weekday: "Mon, Nov 30, 2026". */
  weekday(at: number): string;
  /** Service clock: HH:MM in Chicago. */
  clockTime(service: number): string;
  /** Service clock: "Tue". */
  clockDay(service: number): string;
}

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DAY = { day: "numeric", month: "short", year: "numeric" } as const;

/** @param tag - BCP 47, with a region: how numbers are written differs within a language. */
export function formatsOf(tag: string, words: FormatWords): Formats {
  // Groups also in numbers of four digits, which Spanish may leave out: figures stand in columns.
  const numbers = new Intl.NumberFormat(tag, { useGrouping: "always" });
  const tenths = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const plurals = new Intl.PluralRules(tag);
  const dates = (options: Intl.DateTimeFormatOptions): ((at: number) => string) => {
    const format = new Intl.DateTimeFormat(tag, options);
    return (at) => format.format(at);
  };
  const choose: Formats["choose"] = (n, one, other) => (plurals.select(n) === "one" ? one : other);
  return {
    choose,
    figure: (n) => (n === null || n === undefined ? words.noData : numbers.format(n)),
    count: (n, one, other) => `${numbers.format(n)} ${choose(n, one, other)}`,
    span,
    ago: (ms) => words.ago(span(ms)),
    delay(ms) {
      if (ms === null) return "–";
      if (ms < 1_000) return `${Math.round(ms)} ms`;
      return ms < 10_000 ? `${tenths.format(ms / 1_000)} s` : span(ms);
    },
    wall: dates({ ...TIME, second: "2-digit" }),
    day: dates(DAY),
    weekday: dates({ weekday: "short", ...DAY }),
    clockTime: dates({ ...TIME, timeZone: TIME_ZONE }),
    clockDay: dates({ weekday: "short", timeZone: TIME_ZONE }),
  };
}

/** Symbols of units are the same in every language. */
function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
