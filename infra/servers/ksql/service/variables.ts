import { refuse } from "../errors.ts";
import { MAX_SQL_LENGTH } from "../sql/lexer.ts";

/**
 * `${name}` in a text replaced by the session's variables; unknown names stay (ksqlDB's variable substitution).
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID when a large value stands in many places.
 */
export function substituted(sql: string, variables: Readonly<Record<string, unknown>>): string {
  const defined = new Map(
    Object.entries(variables).map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
  for (const [, name, value] of sql.matchAll(/\bDEFINE\s+(\w+)\s*=\s*'((?:[^']|'')*)'\s*;/gi)) {
    if (name !== undefined) defined.set(name.toUpperCase(), (value ?? "").replaceAll("''", "'"));
  }
  if (defined.size === 0) return sql;
  let { length } = sql;
  return sql.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = defined.get(name.toUpperCase()) ?? whole;
    length += value.length - whole.length;
    if (length > MAX_SQL_LENGTH)
      throw refuse(`With its variables replaced the text is longer than ${MAX_SQL_LENGTH} characters.`);
    return value;
  });
}
