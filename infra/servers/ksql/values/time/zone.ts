import { DAY_MS } from "../time-text.ts";

/** Milliseconds that a zone is ahead of UTC. */
export interface Zone {
  readonly id: string;
  offsetAt(epochMs: number): number;
}

const SECOND_MS = 1000;
const MOST_OFFSET = 18 * 3600;
const OFFSET = /^([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/;
const PREFIXED = /^(UTC|GMT|UT)([+-].*)$/;
const REGION = /^[A-Za-z][A-Za-z0-9~/._+-]+$/;
/** Java takes no other name of three capitals for a region, such as PST. */
const THREE = /^(?!CET|EET|MET|WET|PRC|ROC|ROK|UCT)[A-Z]{3}$/;

const zones = new Map<string, Zone | undefined>();
/** Names come from rows: they are not remembered without end. */
const MOST_ZONES = 2_000;

/**
 * A zone by its id, as Java's `ZoneId.of` takes it: `Z`, an offset, an offset behind `UTC`, `GMT` or `UT`, or a region.
 *
 * @throws Error for others.
 */
export function zoneOf(id: string): Zone {
  const zone = zoneFor(id);
  if (!zone) throw new Error(`Unknown time-zone ID: ${id}`);
  return zone;
}

/** undefined: no zone has this id. */
export function zoneFor(id: string): Zone | undefined {
  if (!zones.has(id)) {
    if (zones.size >= MOST_ZONES) zones.clear();
    zones.set(id, known(id));
  }
  return zones.get(id);
}

/** @param seconds - ahead of UTC. */
export function fixedZone(seconds: number, id = offsetId(seconds)): Zone {
  return { id, offsetAt: () => seconds * SECOND_MS };
}

/** `Z`, `+05:30`, `-00:00:01`. */
export function offsetId(seconds: number): string {
  if (seconds === 0) return "Z";
  const { sign, hours, minutes, rest } = offsetParts(seconds);
  return `${sign}${hours}:${minutes}${rest === "00" ? "" : `:${rest}`}`;
}

export function offsetParts(seconds: number): {
  readonly sign: "+" | "-";
  readonly hours: string;
  readonly minutes: string;
  readonly rest: string;
} {
  const two = (n: number): string => String(n).padStart(2, "0");
  const all = Math.abs(seconds);
  return {
    sign: seconds < 0 ? "-" : "+",
    hours: two(Math.floor(all / 3600)),
    minutes: two(Math.floor(all / 60) % 60),
    rest: two(all % 60),
  };
}

/** A point of the zone's own calendar as an instant; of two the earlier, and what a leap of the clock skips is later by it. */
export function instantOf(local: number, zone: Zone): number {
  const before = zone.offsetAt(local - DAY_MS);
  const after = zone.offsetAt(local + DAY_MS);
  const fits = [before, after].filter((offset) => zone.offsetAt(local - offset) === offset);
  return local - Math.max(...(fits.length > 0 ? fits : [before]));
}

function known(id: string): Zone | undefined {
  if (id === "Z") return fixedZone(0);
  if (["UTC", "GMT", "UT"].includes(id)) return fixedZone(0, id);
  const seconds = secondsOf(id);
  if (seconds !== undefined) return fixedZone(seconds);
  const [, prefix, offset = ""] = PREFIXED.exec(id) ?? [];
  if (prefix !== undefined) {
    const ahead = secondsOf(offset);
    if (ahead === undefined) return undefined;
    return fixedZone(ahead, ahead === 0 ? prefix : prefix + offsetId(ahead));
  }
  return REGION.test(id) && !THREE.test(id) ? region(id) : undefined;
}

function secondsOf(text: string): number | undefined {
  const [, sign, hours, minutes = "0", rest = "0"] = OFFSET.exec(text) ?? [];
  if (sign === undefined || Number(minutes) > 59 || Number(rest) > 59) return undefined;
  const seconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  if (seconds > MOST_OFFSET) return undefined;
  return sign === "-" ? -seconds : seconds;
}

function region(id: string): Zone | undefined {
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat("en-US", { timeZone: id, timeZoneName: "longOffset" });
  } catch {
    return undefined;
  }
  return {
    id,
    offsetAt(epochMs) {
      const name = formatter.formatToParts(epochMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
      return (secondsOf(name.slice("GMT".length)) ?? 0) * SECOND_MS;
    },
  };
}

const STANDARD_AND_SUMMER: readonly (readonly [
  ids: string,
  short: string,
  full: string,
  summer: string,
  fullSummer: string,
])[] = [
  [
    "America/New_York America/Detroit America/Toronto",
    "EST",
    "Eastern Standard Time",
    "EDT",
    "Eastern Daylight Time",
  ],
  ["America/Chicago America/Winnipeg", "CST", "Central Standard Time", "CDT", "Central Daylight Time"],
  ["America/Denver America/Edmonton", "MST", "Mountain Standard Time", "MDT", "Mountain Daylight Time"],
  ["America/Los_Angeles America/Vancouver", "PST", "Pacific Standard Time", "PDT", "Pacific Daylight Time"],
  ["America/Anchorage", "AKST", "Alaska Standard Time", "AKDT", "Alaska Daylight Time"],
  [
    "Europe/Paris Europe/Berlin Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Brussels Europe/Vienna Europe/Zurich Europe/Prague Europe/Warsaw Europe/Stockholm Europe/Oslo Europe/Copenhagen",
    "CET",
    "Central European Standard Time",
    "CEST",
    "Central European Summer Time",
  ],
  [
    "Europe/Athens Europe/Helsinki Europe/Bucharest",
    "EET",
    "Eastern European Standard Time",
    "EEST",
    "Eastern European Summer Time",
  ],
  ["Europe/Lisbon", "WET", "Western European Standard Time", "WEST", "Western European Summer Time"],
  ["Europe/London", "GMT", "Greenwich Mean Time", "BST", "British Summer Time"],
  [
    "Australia/Sydney Australia/Melbourne",
    "AEST",
    "Australian Eastern Standard Time",
    "AEDT",
    "Australian Eastern Daylight Time",
  ],
  ["Pacific/Auckland", "NZST", "New Zealand Standard Time", "NZDT", "New Zealand Daylight Time"],
];
const ALWAYS: readonly (readonly [id: string, short: string, full: string])[] = [
  ["UTC", "UTC", "Coordinated Universal Time"],
  ["GMT", "GMT", "Greenwich Mean Time"],
  ["America/Phoenix", "MST", "Mountain Standard Time"],
  ["Pacific/Honolulu", "HST", "Hawaii-Aleutian Standard Time"],
  ["Asia/Tokyo", "JST", "Japan Standard Time"],
  ["Asia/Seoul", "KST", "Korean Standard Time"],
  ["Asia/Kolkata", "IST", "India Standard Time"],
  ["Asia/Shanghai", "CST", "China Standard Time"],
  ["Asia/Hong_Kong", "HKT", "Hong Kong Standard Time"],
  ["Asia/Singapore", "SGT", "Singapore Standard Time"],
  ["Australia/Perth", "AWST", "Australian Western Standard Time"],
  ["Africa/Johannesburg", "SAST", "South Africa Standard Time"],
];

/** What a name of a zone that is no id stands for, as Java reads it. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ EST: "America/New_York", EDT: "America/New_York", CST: "America/Chicago", CDT: "America/Chicago" },
  ...{ MST: "America/Denver", MDT: "America/Denver", PST: "America/Los_Angeles", PDT: "America/Los_Angeles" },
  ...{ AKST: "America/Anchorage", AKDT: "America/Anchorage", CET: "Europe/Paris", CEST: "Europe/Paris" },
  ...{ EET: "Europe/Bucharest", EEST: "Europe/Bucharest", JST: "Asia/Tokyo", KST: "Asia/Seoul" },
  ...{ IST: "Asia/Kolkata", HKT: "Asia/Hong_Kong", SGT: "Asia/Singapore", SAST: "Africa/Johannesburg" },
  ...{ AEST: "Australia/Sydney", AEDT: "Australia/Sydney", AWST: "Australia/Perth" },
  ...{ NZST: "Pacific/Auckland", NZDT: "Pacific/Auckland" },
};

/** The id that a short name stands for; any other text stays as it is. */
export function idBehind(name: string): string {
  return NAMED[name.toUpperCase()] ?? name;
}

/**
 * @throws Error for a zone whose names this server does not have: Java's come from a table of many languages.
 */
export function zoneName(zone: Zone, style: "short" | "full", epochMs: number): string {
  if (/^(Z|[+-]|(UTC|GMT|UT)[+-])/.test(zone.id)) return zone.id;
  const always = ALWAYS.find(([id]) => id === zone.id);
  if (always) return style === "full" ? always[2] : always[1];
  const row = STANDARD_AND_SUMMER.find(([ids]) => ids.split(" ").includes(zone.id));
  if (!row) throw new Error(`this server does not know what zone ${zone.id} is called: use VV or xxx for z`);
  const [, short, full, summer, fullSummer] = row;
  // North or south, summer is when the clock is ahead of the lesser of January and July.
  const year = new Date(epochMs).getUTCFullYear();
  const least = Math.min(zone.offsetAt(Date.UTC(year, 0, 1)), zone.offsetAt(Date.UTC(year, 6, 1)));
  const isSummer = zone.offsetAt(epochMs) > least;
  if (style === "full") return isSummer ? fullSummer : full;
  return isSummer ? summer : short;
}
