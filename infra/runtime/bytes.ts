/** Are these the bytes from `at` on? In place: for a few bytes this is cheaper than a view of them, or a call of Node's. */
export function startsAt(bytes: Buffer, at: number, part: Buffer): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}
