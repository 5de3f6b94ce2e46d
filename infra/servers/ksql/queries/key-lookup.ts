import { columnsOf } from "../analysis/scope.ts";
import type { Column, Source } from "../catalog/source.ts";
import { refuse } from "../errors.ts";
import type { ComparisonOperator, Expression } from "../sql/ast.ts";
import { bare, formatExpression } from "../sql/format.ts";
import { type SqlType, typeText, widensBase } from "../sql/types.ts";
import { PULL_HELP } from "./pull-help.ts";

/** How a pull query may read a table, besides by whole keys. */
export interface ScanSettings {
  readonly table: boolean;
  readonly range: boolean;
}

type Comparison = Extract<Expression, { kind: "comparison" }>;

/** One way in which the condition can hold: all of these together. */
type Conjunction = readonly Expression[];

/** More ways than these are not looked at one by one: the table is read. */
const MOST_WAYS = 200;

/**
 * Does the condition look rows up by whole keys, and may it do what it does? By ksqlDB's `QueryFilterNode`: a condition
 * that names all keys in each of its ways is a lookup, any other reads the table, which a setting can forbid.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID for a key that no row can have, and for a read that is not allowed.
 */
export function checkLookup(where: Expression | undefined, source: Source, scans: ScanSettings): void {
  if (!where) {
    if (!scans.table) throw invalid("Missing WHERE clause", source);
    return;
  }
  const ways = waysOf(where);
  const lookups = ways?.map((way) => keysOf(way, source, scans.table));
  const isLookup = lookups?.every((keys) => keys?.every(({ op }) => op === "="));
  if (lookups?.every((keys) => keys !== undefined)) {
    for (const { key, value, comparison } of lookups.flat()) checkKey(key, value, comparison);
  }
  if (scans.table || isLookup) return;
  const [only] = lookups ?? [];
  const isRange =
    lookups?.length === 1 && only?.length === 1 && only.every(({ key }) => RANGED.has(key.type.base));
  if (isRange && scans.range && !source.window) return;
  throw refuse(
    "Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true",
  );
}

const RANGED: ReadonlySet<string> = new Set(["STRING", "BYTES"]);

/** The condition as an OR of ANDs; undefined when there are too many. */
function waysOf(e: Expression): readonly Conjunction[] | undefined {
  if (e.kind === "in" && !e.negated) {
    return e.list.map((right): Conjunction => [{ kind: "comparison", op: "=", left: e.operand, right }]);
  }
  if (e.kind === "between" && !e.negated) {
    return [
      [
        { kind: "comparison", op: ">=", left: e.operand, right: e.low },
        { kind: "comparison", op: "<=", left: e.operand, right: e.high },
      ],
    ];
  }
  if (e.kind !== "logical") return [[e]];
  const left = waysOf(e.left);
  const right = waysOf(e.right);
  if (!left || !right) return undefined;
  const ways =
    e.op === "OR"
      ? [...left, ...right]
      : left.length * right.length > MOST_WAYS
        ? undefined
        : products(left, right);
  return ways && ways.length <= MOST_WAYS ? ways : undefined;
}

function products(left: readonly Conjunction[], right: readonly Conjunction[]): readonly Conjunction[] {
  return left.flatMap((a) => right.map((b) => [...a, ...b]));
}

interface KeyCondition {
  readonly key: Column;
  readonly op: ComparisonOperator;
  readonly value: Expression;
  readonly comparison: Comparison;
}

/** What a way says of the keys; undefined when the table must be read for it. */
function keysOf(way: Conjunction, source: Source, scan: boolean): readonly KeyCondition[] | undefined {
  const found: KeyCondition[] = [];
  /** @returns undefined, where the table may be read. */
  const scanOr = (problem: string): undefined => {
    if (!scan) throw invalid(problem, source);
    return undefined;
  };
  for (const e of way) {
    if (e.kind === "like") {
      if (e.operand.kind !== "column") return scanOr("Like condition must be between strings");
      continue;
    }
    if (e.kind !== "comparison") return scanOr(`Unsupported expression in WHERE clause: ${text(e)}`);
    const [column, value] = e.right.kind === "column" ? [e.right, e.left] : [e.left, e.right];
    if (column.kind !== "column") return scanOr("A comparison must directly reference a key column");
    if (columnsOf(value).length > 0) {
      return scanOr("A comparison must be between a key column and a resolvable expression");
    }
    const key = source.keys.find(({ name }) => name === column.name);
    if (!key) continue;
    if (!ORDERED.has(e.op))
      return scanOr(`Bound on key columns '${listed(source.keys)}' must currently be '='`);
    const again = found.some((condition) => condition.key === key);
    if (again) {
      return scanOr(
        "A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate",
      );
    }
    found.push({ key, op: e.op, value, comparison: e });
  }
  if (found.length === 0) return scanOr(`WHERE clause missing key column for disjunct: ${conjunction(way)}`);
  if (found.length < source.keys.length) {
    const names = found.map(({ key }) => `\`${key.name}\``).join(", ");
    return scanOr(
      `Multi-column sources must specify every key in the WHERE clause. Specified: [${names}] Expected: ${listed(source.keys)}`,
    );
  }
  return found;
}

const ORDERED: ReadonlySet<ComparisonOperator> = new Set(["=", "<", "<=", ">", ">="]);

/** A lookup needs a value of the key's type. */
function checkKey(key: Column, value: Expression, comparison: Comparison): void {
  if (value.kind === "null") throw refuse(`Primary key columns can not be NULL: ${text(comparison)}`);
  const type = literalType(value);
  if (!type || type === key.type.base || widensBase(type, key.type.base)) return;
  const isText = type === "STRING";
  if (isText && ["TIMESTAMP", "DATE", "TIME", "BYTES"].includes(key.type.base)) return;
  const shown = value.kind === "string" ? value.value : text(value);
  throw refuse(
    `'${shown}' can not be converted to the type of the key column: ${key.name} ${typeText(key.type)} KEY`,
  );
}

function literalType({ kind }: Expression): SqlType["base"] | undefined {
  switch (kind) {
    case "boolean":
    case "integer":
    case "bigint":
    case "decimal":
    case "double":
    case "string":
      return kind.toUpperCase() as SqlType["base"];
    default:
      return undefined;
  }
}

function text(e: Expression): string {
  return formatExpression(e, bare);
}

function conjunction(way: Conjunction): string {
  const [first, ...rest] = way;
  return rest.reduce((left, e) => `(${left} AND ${text(e)})`, first ? text(first) : "");
}

function listed(keys: readonly Column[]): string {
  return `[${keys.map(({ name, type }) => `\`${name}\` ${typeText(type)} KEY`).join(", ")}]`;
}

function invalid(problem: string, { window }: Source): Error {
  const bounds = window
    ? "\n - (optionally) limits the time bounds of the windowed table.\n\t Bounds on [`WINDOWSTART`, `WINDOWEND`] are supported\n\t Supported operators are [EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL, LESS_THAN, LESS_THAN_OR_EQUAL]"
    : "";
  return refuse(
    `${problem}. ${PULL_HELP}\nPull queries require a WHERE clause that:\n - includes a key equality expression, e.g. \`SELECT * FROM X WHERE <key-column> = Y;\`.\n - in the case of a multi-column key, is a conjunction of equality expressions that cover all key columns.\n - to support range expressions, e.g.,  SELECT * FROM X WHERE <key-column> < Y;\`, range scans need to be enabled by setting ksql.query.pull.range.scan.enabled=true${bounds}\nIf more flexible queries are needed, , table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true.`,
  );
}
