import { PastRefused } from "./past-refused.ts";

const SECOND_MS = 1_000;

/** What one partition of a clean topic still holds. */
export interface HeldPartition {
  /** Its first offset: above 0, older records have been deleted. */
  readonly start: number;
  /** Time of its first record, epoch ms; null: it has none. */
  readonly firstAt: number | null;
}

/**
 * The earliest moment from which every partition has all of its readings; null: none has any. Of one from which nothing
 * was deleted that is any moment: it begins with the first reading of all. It is a whole second, as in the page's links: before
 * the first reading there was nothing, and of what was deleted nothing is known.
 */
export function heldFrom(partitions: readonly HeldPartition[]): number | null {
  const known = partitions.flatMap(({ start, firstAt }) => (firstAt === null ? [] : [{ start, firstAt }]));
  if (known.length === 0) return null;
  const first = Math.min(...known.map(({ firstAt }) => firstAt));
  const deleted = known.filter(({ start }) => start > 0).map(({ firstAt }) => firstAt);
  return (
    Math.max(Math.floor(first / SECOND_MS), ...deleted.map((at) => Math.ceil(at / SECOND_MS))) * SECOND_MS
  );
}

/** An interval of epoch ms. */
interface Held {
  readonly from: number | null;
  readonly to: number;
}

/** @throws {PastRefused} 404: nothing is known of this moment, and from when on something is. */
export function mustBeHeld(at: number, { from, to }: Held): void {
  if (from === null) throw new PastRefused(404, "Kafka holds no reading yet: there is no past to look at");
  if (at < from)
    throw new PastRefused(404, `Kafka holds nothing before ${iso(from)}: ask for that moment or a later one`);
  if (at > to) throw new PastRefused(404, `${iso(at)} has not come yet: it is ${iso(to)}`);
}

/** A moment of a request, epoch ms. @throws {PastRefused} 400 */
export function momentIn(name: string, value: unknown): number {
  const ms =
    typeof value === "string" && /^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:?\d{2})$/.test(value)
      ? Date.parse(value)
      : Number.NaN;
  if (Number.isNaN(ms))
    throw new PastRefused(400, `?${name}= is no moment: give one as 2026-11-30T08:12:30Z, with its zone`);
  return ms;
}

/** A whole number of a request. @throws {PastRefused} 400 */
export function wholeIn(name: string, value: unknown, bounds: Bounds): number {
  if (value === undefined) return bounds.left;
  const n = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (n >= bounds.least && n <= bounds.most) return n;
  throw new PastRefused(400, `?${name}= must be a whole number from ${bounds.least} to ${bounds.most}`);
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  /** What is meant where it is left out. */
  readonly left: number;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
