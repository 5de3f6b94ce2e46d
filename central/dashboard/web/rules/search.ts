interface Found {
  readonly id: number;
  readonly name: string;
}

/** Letters and digits alone: "clark lake" finds Clark/Lake, and "ohare" O'Hare. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** A typed word may be wrong in one letter, a long one in two. */
function tolerated(text: string): number {
  return text.length < 4 ? 0 : text.length < 7 ? 1 : 2;
}

/**
 * The stations of this id, or with this text in their name. Where none has it, those whose name, or a word of it,
 * begins nearly so.
 */
export function findStations<T extends Found>(stations: readonly T[], text: string): readonly T[] {
  const wanted = plain(text);
  if (wanted === "") return stations;
  const exact = stations.filter(
    ({ id, name }) => plain(name).includes(wanted) || String(id).startsWith(wanted),
  );
  if (exact.length > 0) return exact;
  const most = tolerated(wanted);
  return stations.filter(({ name }) =>
    [name, ...name.split(/[^A-Za-z0-9']+/)].some((word) => prefixDistance(wanted, plain(word)) <= most),
  );
}

/** Letters to change, add or leave out until `text` begins `name`. */
function prefixDistance(text: string, name: string): number {
  let row = Array.from({ length: name.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...text].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...name].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(...row);
}
