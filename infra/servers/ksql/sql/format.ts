import { javaDouble } from "../../../runtime/text/java-double.ts";
import type { Expression, Query } from "./ast.ts";
import { isReserved } from "./cursor.ts";
import { unitName } from "./time-units.ts";
import { typeText } from "./types.ts";

/** A name as SQL needs it: in back-ticks unless it is a plain upper-case word. */
export function quoteName(name: string): string {
  return /^[A-Z_][A-Z0-9_]*$/.test(name) && !isReserved(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

type ColumnFormat = (column: Extract<Expression, { kind: "column" }>) => string;

const asWritten: ColumnFormat = (column) =>
  (column.source ? `${quoteName(column.source)}.` : "") + quoteName(column.name);

/** Without the source in front: how most of ksqlDB's messages name columns. */
export const bare: ColumnFormat = (column) => quoteName(column.name);

/** The text of an expression as ksqlDB prints it, with its parentheses. */
export function formatExpression(e: Expression, column: ColumnFormat = asWritten): string {
  const f = (inner: Expression): string => formatExpression(inner, column);
  const not = (negated: boolean): string => (negated ? "NOT " : "");
  switch (e.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(e.value);
    case "integer":
    case "bigint":
      return String(e.value);
    case "decimal":
      return e.text;
    case "double":
      return javaDouble(e.value);
    case "string":
      return `'${e.value.replaceAll("'", "''")}'`;
    case "interval-unit":
      return unitName(e.ms);
    case "column":
      return e.shown ?? column(e);
    case "arithmetic":
    case "comparison":
    case "logical":
      return `(${f(e.left)} ${e.op} ${f(e.right)})`;
    case "negate":
      return `${e.sign}${f(e.operand)}`;
    case "not":
      return `(NOT ${f(e.operand)})`;
    case "is-null":
      return `(${f(e.operand)} IS ${not(e.negated)}NULL)`;
    case "between":
      return `(${f(e.operand)} ${not(e.negated)}BETWEEN ${f(e.low)} AND ${f(e.high)})`;
    case "in":
      return `(${f(e.operand)} ${not(e.negated)}IN (${e.list.map(f).join(", ")}))`;
    case "like":
      return `(${f(e.operand)} ${not(e.negated)}LIKE ${f(e.pattern)}${e.escape ? ` ESCAPE '${e.escape}'` : ""})`;
    case "call":
      return `${e.name}(${e.star ? "*" : e.args.map(f).join(", ")})`;
    case "cast":
      return `CAST(${f(e.operand)} AS ${typeText(e.type)})`;
    case "case": {
      const branches = e.branches.map((b) => `WHEN ${f(b.when)} THEN ${f(b.result)}`).join(" ");
      const operand = e.operand ? `${f(e.operand)} ` : "";
      return `(CASE ${operand}${branches}${e.otherwise ? ` ELSE ${f(e.otherwise)}` : ""} END)`;
    }
  }
}

/** The query with sources and aliases spelt out, as ksqlDB quotes it in `Statement: …`. */
export function formatQuery(query: Query, aliases: readonly string[]): string {
  const { alias } = query.from;
  const qualified: ColumnFormat = (c) => `${quoteName(alias)}.${quoteName(c.name)}`;
  let generated = 0;
  const items = query.items.map((item) => {
    if (item.kind === "star") return item.source ? `${quoteName(item.source)}.*` : "*";
    return `${formatExpression(item.expression, qualified)} ${quoteName(aliases[generated++] ?? "")}`;
  });
  const clauses = [
    `SELECT\n  ${items.join(",\n  ")}`,
    `FROM ${quoteName(query.from.name)} ${quoteName(alias)}`,
  ];
  if (query.window) clauses.push(`WINDOW ${query.window.text}`);
  if (query.where) clauses.push(`WHERE ${formatExpression(query.where, qualified)}`);
  if (query.groupBy.length > 0) {
    clauses.push(`GROUP BY ${query.groupBy.map((g) => formatExpression(g, qualified)).join(", ")}`);
  }
  if (query.having) clauses.push(`HAVING ${formatExpression(query.having, qualified)}`);
  clauses.push("EMIT CHANGES");
  return clauses.join("\n");
}
