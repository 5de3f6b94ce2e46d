/** More ranges than this in one boot is an alarm, and never a reason to skip a reading. */
export const MANY_RANGES = 64;
/** Ranges of one boot, at most: readings that would be one more are dead letters. */
export const MAX_RANGES = 16_384;
/**
 * Ranges in a station's own record, seen and lost, all devices together. A range has at most 16 bytes, and a station's
 * boots come to half a megabyte at most: together they are less than Kafka takes as one record.
 */
export const MAX_PIECES = 24_576;
/** Pages of one station, at most, and their bytes; of the oldest beyond only sums are kept. */
export const MAX_PAGES = 512;
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;
