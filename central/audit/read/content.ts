import { LINES } from "../../../schemas/network/network.ts";

/** What a clean record says of a reading besides its name, in a number: equal contents have equal sums. */

export function entryContent(line: string): number {
  return (LINES as readonly string[]).indexOf(line);
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
