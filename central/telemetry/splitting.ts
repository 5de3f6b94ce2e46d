export interface Inserted<R> {
  readonly inserted: number;
  /** Rows that can never be inserted, each with its error. */
  readonly refused: readonly { readonly row: R; readonly error: unknown }[];
}

/**
 * Insert all rows but those that are refused: a set with a bad row among it is halved until that row stands alone.
 * One bad row in n costs some 2·log2(n) more statements.
 *
 * @param insert - all of these but those that it refuses itself, or none.
 * @param isRowFault - is a row to blame, so that no repetition helps?
 * @throws what `insert` throws when no row is to blame.
 */
export async function insertSplitting<R>(
  rows: readonly R[],
  insert: (rows: readonly R[]) => Promise<Inserted<R>>,
  isRowFault: (error: unknown) => boolean,
): Promise<Inserted<R>> {
  const [first] = rows;
  if (first === undefined) return { inserted: 0, refused: [] };
  try {
    return await insert(rows);
  } catch (error) {
    if (!isRowFault(error)) throw error;
    if (rows.length === 1) return { inserted: 0, refused: [{ row: first, error }] };
  }
  const middle = rows.length >> 1;
  const lower = await insertSplitting(rows.slice(0, middle), insert, isRowFault);
  const upper = await insertSplitting(rows.slice(middle), insert, isRowFault);
  return { inserted: lower.inserted + upper.inserted, refused: [...lower.refused, ...upper.refused] };
}
