import type { Catalog } from "../catalog/catalog.ts";
import { unsupported } from "../errors.ts";
import type { Query } from "../sql/ast.ts";

/**
 * ksqlDB's new planner lets a projection leave out key columns and give them in another order.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID for such a projection.
 */
export function refuseOtherKeys({ items, from, groupBy }: Query, catalog: Catalog): void {
  const keys = catalog.source(from.name)?.keys.map(({ name }) => name);
  if (!keys || groupBy.length > 0) return;
  const chosen = items.flatMap((item) => {
    if (item.kind === "star") return keys;
    return item.expression.kind === "column" && keys.includes(item.expression.name)
      ? [item.expression.name]
      : [];
  });
  if (keys.some((name, i) => chosen[i] !== name)) {
    throw unsupported("a projection of other key columns, as new.query.planner.enabled allows,");
  }
}
