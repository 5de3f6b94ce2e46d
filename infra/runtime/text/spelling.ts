/** So many insertions, deletions and replacements make one text the other (Levenshtein). */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * The names that somebody may have meant, likeliest first: those that hold the word, or else those spelt nearly so.
 *
 * @param count - of names, at most.
 */
export function nearest(word: string, names: readonly string[], count = 3): readonly string[] {
  const wanted = word.toLowerCase();
  const ranked = names.map((name) => {
    const low = name.toLowerCase();
    // The last word of a long name is what people remember of it.
    const last = low.split(".").at(-1) ?? low;
    const spelt = Math.min(distance(wanted, low), distance(wanted, last));
    return { name, holds: low.includes(wanted), spelt };
  });
  const good = ranked.filter(({ holds, spelt }) => holds || spelt <= Math.ceil(wanted.length / 3));
  return good
    .sort((a, b) => Number(b.holds) - Number(a.holds) || a.spelt - b.spelt || a.name.length - b.name.length)
    .slice(0, count)
    .map(({ name }) => name);
}
