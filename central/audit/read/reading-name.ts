/** Which reading a clean record says it is. */
export interface ReadingName {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

/**
 * Reads the header `reading` of clean records: `deviceId;bootId;seq;total`, decimal.
 *
 * The auditor's own reader, and a strict one: a header that is not exactly of this form names no reading. Neighbours are
 * often of one device: then its name is the same text, and no other is made.
 */
export class ReadingNames {
  #deviceId = "";

  /** @returns null: it names none. */
  read(header: string | undefined): ReadingName | null {
    if (header === undefined) return null;
    // Once for each reading there is: no array and no regular expression is made for it.
    const first = header.indexOf(";");
    const second = header.indexOf(";", first + 1);
    const third = header.indexOf(";", second + 1);
    if (first < 0 || second < 0 || third < 0) return null;
    const bootId = decimal(header, first + 1, second);
    const seq = decimal(header, second + 1, third);
    const total = decimal(header, third + 1, header.length);
    // A device counts what happened, and numbers at most all of that.
    if (bootId < 1 || seq < 1 || total < seq) return null;
    const same = this.#deviceId.length === first && header.startsWith(this.#deviceId);
    if (!same) this.#deviceId = header.slice(0, first);
    return { deviceId: this.#deviceId, bootId, seq };
  }
}

const [ZERO, NINE] = [0x30, 0x39];
const MAX_DIGITS = 16;

/** @returns -1: it is not a number as we write them, or none that a double holds exactly. */
function decimal(text: string, from: number, to: number): number {
  if (to <= from || to - from > MAX_DIGITS) return -1;
  if (text.charCodeAt(from) === ZERO && to - from > 1) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at);
    if (digit < ZERO || digit > NINE) return -1;
    value = value * 10 + digit - ZERO;
  }
  return Number.isSafeInteger(value) ? value : -1;
}
