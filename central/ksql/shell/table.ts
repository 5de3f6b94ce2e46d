/** A name must be readable in full to be used. */
const NAME_WIDTH = 100;

/** Columns side by side: the widest cell decides, of the last column up to `maxWidth` characters. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly unknown[])[],
  maxWidth = 40,
): readonly string[] {
  const last = header.length - 1;
  const cells = rows.map((row) => row.map((value, i) => cellText(value, i < last ? NAME_WIDTH : maxWidth)));
  const widths = header.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, i) => (row[i] ?? "").padEnd(width))
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((width) => "─".repeat(width)).join("  "), ...cells.map(line)];
}

function cellText(value: unknown, maxWidth = 40): string {
  const text =
    typeof value === "string"
      ? value
      : value === null || value === undefined
        ? "null"
        : JSON.stringify(value);
  const oneLine = text.replace(/\s+/g, " ");
  return oneLine.length > maxWidth ? `${oneLine.slice(0, maxWidth - 1)}…` : oneLine;
}

/** Widths for rows that come one by one: of the header and of the first row, with room for numbers to grow. */
export function streamingWidths(header: readonly string[], first: readonly unknown[]): readonly number[] {
  return header.map((name, i) => Math.max(name.length, cellText(first[i]).length, 12));
}

export function formatRow(values: readonly unknown[], widths: readonly number[]): string {
  return values
    .map((value, i) => cellText(value).padEnd(widths[i] ?? 12))
    .join("  ")
    .trimEnd();
}
