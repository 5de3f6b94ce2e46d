import { startsAt } from "../../../infra/runtime/bytes.ts";
import { LINES, type Line } from "../../../schemas/network/network.ts";

/** What a clean record says of a reading besides its name, in a number: equal contents have equal sums. */

export function entryContent(line: Line): number {
  return LINES.indexOf(line);
}

const LINE_BYTES = LINES.map((line) => Buffer.from(line));

/** The same of the line's bytes, of which no text is made. */
export function entryContentAt(bytes: Buffer, from: number, to: number): number {
  for (let i = 0; i < LINE_BYTES.length; i++) {
    const line = LINE_BYTES[i] as Buffer;
    if (line.length === to - from && startsAt(bytes, from, line)) return i;
  }
  return -1;
}

/** A train at a sensor. `prev…`: where it was seen last; null: nowhere yet. */
export function arrivalContent(
  trainId: string,
  line: string,
  direction: string,
  status: string,
  prevStationId: number | null,
  prevDirection: string | null,
): number {
  return hash(JSON.stringify([trainId, line, direction, status, prevStationId, prevDirection]));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return sum;
}
