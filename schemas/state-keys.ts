/** Page numbers begin again after this one; a station never has so many at once. */
export const LAST_PAGE = 9_999;

/** Station ids have five digits: greater keys are those of pages. */
const STATION_IDS_END = 99_999;

/**
 * The key of a station's record in dedup's state: its id for the record that says what is counted now, a number of nine
 * digits for a page.
 */
export function stateKeyOf(stationId: number, page = 0): number {
  return page === 0 ? stationId : stationId * (LAST_PAGE + 1) + page;
}

/** Whose record this key is of. */
export function stationOfKey(key: number): number {
  return key > STATION_IDS_END ? Math.floor(key / (LAST_PAGE + 1)) : key;
}
