import { distance } from "fastest-levenshtein";

/** Of what somebody typed, so much is compared: no name of ours is longer. */
const LONGEST_NAME = 128;

/** So many insertions, deletions and replacements make one text the other (Levenshtein); a long word is cut. */
export function spellingDistance(name: string, typed: string): number {
  return distance(name, typed.slice(0, LONGEST_NAME));
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
    const spelt = Math.min(spellingDistance(low, wanted), spellingDistance(last, wanted));
    return { name, holds: low.includes(wanted), spelt };
  });
  const good = ranked.filter(({ holds, spelt }) => holds || spelt <= Math.ceil(wanted.length / 3));
  return good
    .sort((a, b) => Number(b.holds) - Number(a.holds) || a.spelt - b.spelt || a.name.length - b.name.length)
    .slice(0, count)
    .map(({ name }) => name);
}
