/** Where a query was at work. */
export interface QueryPosition {
  readonly query: string;
  readonly topic: string;
  readonly partition: number;
  /** Of the first record of the batch. */
  readonly offset: number;
}

/** The server ended, and was not told to, while a query was at work there. */
export interface Death extends QueryPosition {
  /** In a row at this position. */
  readonly times: number;
}

/** A query during whose work the server ended so often, without ever getting further, is left out. */
export const MOST_DEATHS = 3;

/**
 * What is known of deaths once one more is.
 *
 * A server that is killed for other reasons may have been at work for any query, but hardly three times at the same
 * record: a query that gets further begins to count again.
 *
 * @param at - where the server was at work when it ended; null: nowhere.
 */
export function deathsAfter(deaths: readonly Death[], at: QueryPosition | null): readonly Death[] {
  if (!at) return deaths;
  const before = deaths.find(({ query }) => query === at.query);
  const again =
    before?.topic === at.topic && before.partition === at.partition && before.offset === at.offset;
  return [
    ...deaths.filter(({ query }) => query !== at.query),
    { ...at, times: again ? before.times + 1 : 1 },
  ];
}

/** The queries that are left out, with what they were at. */
export function isolated(deaths: readonly Death[]): ReadonlyMap<string, Death> {
  return new Map(deaths.filter(({ times }) => times >= MOST_DEATHS).map((death) => [death.query, death]));
}
