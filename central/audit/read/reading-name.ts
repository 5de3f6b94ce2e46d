/** Which reading a clean record says it is. */
export interface ReadingName {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

/**
 * The header `reading` of a clean record: `deviceId;bootId;seq;total`, decimal.
 *
 * The auditor's own reader, and a strict one: a header that is not exactly of this form names no reading.
 *
 * @returns null: it is none.
 */
export function readingName(header: string | undefined): ReadingName | null {
  if (header === undefined) return null;
  const parts = header.split(";");
  const [deviceId = "", boot = "", seq = "", total = ""] = parts;
  if (parts.length !== 4 || !DECIMAL.test(boot) || !DECIMAL.test(seq) || !DECIMAL.test(total)) return null;
  const name = { deviceId, bootId: Number(boot), seq: Number(seq) };
  if (!Number.isSafeInteger(name.bootId) || !Number.isSafeInteger(name.seq)) return null;
  // A device counts what happened, and numbers at most all of that.
  if (name.bootId < 1 || name.seq < 1 || Number(total) < name.seq) return null;
  return name;
}

const DECIMAL = /^(0|[1-9]\d{0,15})$/;
