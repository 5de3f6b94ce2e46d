/**
 * The shortest list that still fails, by delta debugging (Zeller and Hildebrandt, 2002): parts and their complements are
 * tried in ever smaller pieces, so that no single element of the result can be left out.
 */
export async function shortest<T>(
  all: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let list = all;
  let pieces = 2;
  while (list.length >= 1) {
    const size = Math.ceil(list.length / pieces);
    const parts = Array.from({ length: Math.ceil(list.length / size) }, (_, n) =>
      list.slice(n * size, (n + 1) * size),
    );
    const rests = parts.map((_, n) => parts.filter((_, other) => other !== n).flat());
    const found = await firstThat([...(pieces > 2 ? [] : parts), ...rests], list.length, fails);
    if (found) {
      pieces = Math.max(2, Math.min(pieces - 1, found.length));
      list = found;
    } else if (size === 1) return list;
    else pieces = Math.min(list.length, pieces * 2);
  }
  return list;
}

async function firstThat<T>(
  lists: readonly (readonly T[])[],
  below: number,
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (const list of lists) if (list.length < below && (await fails(list))) return list;
  return undefined;
}
