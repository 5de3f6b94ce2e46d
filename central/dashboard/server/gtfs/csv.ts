/** A value of a table; null is an empty field. */
export type Cell = string | number | null;
export type GtfsRow = Readonly<Record<string, Cell>>;

/**
 * One file of a feed as RFC 4180 has it, with the first row's names as its header.
 *
 * @throws {Error} when there is no row: a file without a header says nothing.
 */
export function csv(rows: readonly GtfsRow[]): string {
  const [first] = rows;
  if (!first) throw new Error("a table without rows");
  const names = Object.keys(first);
  const lines = rows.map((row) => names.map((name) => field(row[name] ?? null)).join(","));
  return [names.join(","), ...lines, ""].join("\r\n");
}

function field(value: Cell): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
