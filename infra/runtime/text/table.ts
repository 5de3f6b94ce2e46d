/**
 * Columns side by side, each as wide as its widest cell. A row of one cell is a line of its own, and widens nothing.
 *
 * @param right - columns of figures, whose ends stand below each other.
 * @returns a line for each row.
 */
export function textTable(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, n) =>
    Math.max(0, ...rows.map((row) => (row.length === 1 && columns > 1 ? 0 : (row[n]?.length ?? 0)))),
  );
  const padded = (cell: string, n: number): string =>
    right.includes(n) ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0);
  return rows.map((row) => row.map(padded).join("  ").trimEnd());
}
