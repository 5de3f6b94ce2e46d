/** A change that keeps data of the old schema from being read with the new one. The kinds are those of Confluent. */
export interface Difference {
  readonly kind: string;
  /** From the schemas that were compared, `properties/a`; "" is themselves. */
  readonly path: string;
}

/** More say nothing new to a person. */
export const MOST_DIFFERENCES = 100;

export function difference(kind: string, path = ""): readonly Difference[] {
  return [{ kind, path }];
}

/** The same differences, seen from where their schemas stand. */
export function at(path: string, differences: readonly Difference[]): readonly Difference[] {
  return differences.map((found) => ({ ...found, path: found.path === "" ? path : `${path}/${found.path}` }));
}

export function all(lists: readonly (readonly Difference[])[]): readonly Difference[] {
  return lists.flat().slice(0, MOST_DIFFERENCES);
}
