/**
 * Header of a record that the reconciler writes into Connect's topic: the offset of the record of this stop that it
 * corrects, or -1 where there was none. The correction holds only while that one is still the stop's last: what Connect
 * wrote in between is newer than the look at the table.
 */
const HEADER = "corrects";

export function correctionHeader(offset: number | undefined): Readonly<Record<string, string>> {
  return { [HEADER]: String(offset ?? -1) };
}

/** @returns the offset that a record corrects; undefined: it is Connect's own. */
export function correctedOffset(headers: Readonly<Record<string, string>>): number | undefined {
  const header = headers[HEADER];
  if (header === undefined) return undefined;
  const offset = Number(header);
  return Number.isInteger(offset) ? offset : undefined;
}
