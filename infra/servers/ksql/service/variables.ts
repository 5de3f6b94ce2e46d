/** `${name}` in a text replaced by the session's variables; unknown names stay (ksqlDB's variable substitution). */
export function substituted(sql: string, variables: Readonly<Record<string, unknown>>): string {
  const defined = new Map(
    Object.entries(variables).map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
  for (const [, name, value] of sql.matchAll(/\bDEFINE\s+(\w+)\s*=\s*'((?:[^']|'')*)'\s*;/gi)) {
    if (name !== undefined) defined.set(name.toUpperCase(), (value ?? "").replaceAll("''", "'"));
  }
  if (defined.size === 0) return sql;
  return sql.replace(/\$\{(\w+)\}/g, (whole, name: string) => defined.get(name.toUpperCase()) ?? whole);
}
