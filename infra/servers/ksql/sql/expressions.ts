import { refuse, unsupported } from "../errors.ts";
import type { CaseBranch, ComparisonOperator, Expression } from "./ast.ts";
import { type Cursor, isReserved, startsExpression } from "./cursor.ts";
import { unitMs } from "./time-units.ts";
import { decimalType, type SqlType, typeNamed } from "./types.ts";

const MAX_LONG = 9_223_372_036_854_775_807n;
const MIN_LONG = -MAX_LONG - 1n;
const MAX_NUMBER_LENGTH = 1000;

/** A boolean expression: OR binds weakest, then AND, NOT, comparisons, and what `parseValue` reads. */
export function parseExpression(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (cursor.take("OR")) {
    left = cursor.nesting.checked({ kind: "logical", op: "OR", left, right: parseAnd(cursor) });
  }
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  while (cursor.take("AND")) {
    left = cursor.nesting.checked({ kind: "logical", op: "AND", left, right: parseNot(cursor) });
  }
  return left;
}

function parseNot(cursor: Cursor): Expression {
  if (!cursor.take("NOT")) return parsePredicate(cursor);
  const operand = cursor.nesting.within(() => parseNot(cursor));
  return cursor.nesting.checked({ kind: "not", operand });
}

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  "=": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

function parsePredicate(cursor: Cursor): Expression {
  let operand = parseValue(cursor);
  for (;;) {
    const op = cursor.peek().kind === "operator" ? COMPARISONS[cursor.peek().text] : undefined;
    if (op) {
      cursor.next();
      operand = cursor.nesting.checked({ kind: "comparison", op, left: operand, right: parseValue(cursor) });
    } else if (cursor.take("IS")) operand = cursor.nesting.checked(parseIs(cursor, operand));
    else {
      const negated = cursor.at("NOT") && ["BETWEEN", "IN", "LIKE"].includes(cursor.peek(1).upper);
      if (negated) cursor.next();
      const predicate = parseRange(cursor, operand, negated);
      if (!predicate) return operand;
      operand = cursor.nesting.checked(predicate);
    }
  }
}

function parseIs(cursor: Cursor, operand: Expression): Expression {
  const negated = cursor.take("NOT");
  if (cursor.take("NULL")) return { kind: "is-null", operand, negated };
  cursor.expect("DISTINCT", "FROM");
  const op = negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM";
  return { kind: "comparison", op, left: operand, right: parseValue(cursor) };
}

function parseRange(cursor: Cursor, operand: Expression, negated: boolean): Expression | undefined {
  if (cursor.take("BETWEEN")) {
    const low = parseValue(cursor);
    cursor.expect("AND");
    return { kind: "between", operand, low, high: parseValue(cursor), negated };
  }
  if (cursor.take("IN")) {
    if (!cursor.takeOperator("(")) throw cursor.missing("'('", startsExpression);
    const list = [parseExpression(cursor)];
    while (cursor.takeOperator(",")) list.push(parseExpression(cursor));
    if (!cursor.takeOperator(")")) throw cursor.unexpected("{',', ')'}");
    return { kind: "in", operand, list, negated };
  }
  if (cursor.take("LIKE")) {
    const pattern = parseValue(cursor);
    if (!cursor.take("ESCAPE")) return { kind: "like", operand, pattern, negated };
    const escapeBy = cursor.string();
    if (escapeBy.length !== 1) {
      throw refuse(`Failed to prepare statement: Expected single escape character but got: ${escapeBy}`);
    }
    return { kind: "like", operand, pattern, escape: escapeBy, negated };
  }
  return undefined;
}

/** An arithmetic expression: what GROUP BY and predicates take without parentheses. */
export function parseValue(cursor: Cursor): Expression {
  let left = parseTerm(cursor);
  for (;;) {
    const op = (["+", "-", "||"] as const).find((o) => cursor.takeOperator(o));
    if (!op) return left;
    const right = parseTerm(cursor);
    left = cursor.nesting.checked(
      op === "||"
        ? { kind: "call", name: "CONCAT", args: [left, right] }
        : { kind: "arithmetic", op, left, right },
    );
  }
}

function parseTerm(cursor: Cursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const op = (["*", "/", "%"] as const).find((o) => cursor.takeOperator(o));
    if (!op) return left;
    left = cursor.nesting.checked({ kind: "arithmetic", op, left, right: parseUnary(cursor) });
  }
}

function parseUnary(cursor: Cursor): Expression {
  const sign = cursor.atOperator("-") ? "-" : cursor.atOperator("+") ? "+" : undefined;
  if (!sign) return parsePrimary(cursor);
  cursor.next();
  if (sign === "-" && ["integer", "decimal", "float"].includes(cursor.peek().kind)) {
    return parseNumber(cursor, "-");
  }
  const operand = cursor.nesting.within(() => parseUnary(cursor));
  return cursor.nesting.checked({ kind: "negate", sign, operand });
}

function parseNumber(cursor: Cursor, sign: "" | "-"): Expression {
  const { line, column } = cursor.peek();
  const token = cursor.next();
  const text = sign + token.text;
  if (text.length > MAX_NUMBER_LENGTH) {
    throw refuse(
      `line ${line}:${column}: Invalid numeric literal: it has more than ${MAX_NUMBER_LENGTH} digits`,
    );
  }
  if (token.kind === "decimal") return { kind: "decimal", text };
  if (token.kind === "float") {
    const value = Number(text);
    if (!Number.isFinite(value)) {
      throw refuse(`Failed to prepare statement: line ${line}:${column}: Number overflows DOUBLE: ${text}`);
    }
    return { kind: "double", value, text };
  }
  const value = BigInt(text);
  if (value > MAX_LONG || value < MIN_LONG) {
    throw refuse(`Failed to prepare statement: line ${line}:${column}: Invalid numeric literal: ${text}`);
  }
  if (value >= -2_147_483_648n && value <= 2_147_483_647n) return { kind: "integer", value: Number(value) };
  return { kind: "bigint", value };
}

/** Whatever stands in itself comes by here. */
function parsePrimary(cursor: Cursor): Expression {
  const primary = cursor.nesting.checked(cursor.nesting.within(() => parseUnnested(cursor)));
  if (cursor.atOperator("->") || cursor.atOperator("[")) throw unsupported("access to a nested type");
  return primary;
}

function parseUnnested(cursor: Cursor): Expression {
  const token = cursor.peek();
  switch (token.kind) {
    case "integer":
    case "decimal":
    case "float":
      return parseNumber(cursor, "");
    case "string":
      return { kind: "string", value: cursor.next().text };
    case "operator":
      if (!cursor.takeOperator("(")) break;
      {
        refuseLambda(cursor);
        return cursor.inside(() => {
          const inner = parseExpression(cursor);
          cursor.expectOperator(")");
          return inner;
        });
      }
    case "word":
      if (cursor.take("NULL")) return { kind: "null" };
      if (cursor.take("TRUE")) return { kind: "boolean", value: true };
      if (cursor.take("FALSE")) return { kind: "boolean", value: false };
      if (cursor.take("CASE")) return cursor.inside(() => parseCase(cursor));
      if (cursor.at("CAST") && cursor.atOperator("(", 1)) return cursor.inside(() => parseCast(cursor));
      for (const nested of ["ARRAY", "MAP", "STRUCT"]) {
        if (cursor.at(nested) && (cursor.atOperator("[", 1) || cursor.atOperator("(", 1))) {
          throw unsupported(`the nested type ${nested}`);
        }
      }
      break;
    default:
  }
  if (!startsExpression(cursor.peek())) throw cursor.mismatched(startsExpression);
  return parseReference(cursor);
}

/** `(x, y) =>` */
function refuseLambda(cursor: Cursor): void {
  let at = 0;
  while (["word", "quoted"].includes(cursor.peek(at).kind) && cursor.atOperator(",", at + 1)) at += 2;
  if (cursor.atOperator(")", at + 1) && cursor.atOperator("=>", at + 2))
    throw unsupported("a lambda function");
}

/** A column, with or without its source in front, or a function call. */
function parseReference(cursor: Cursor): Expression {
  const position = cursor.position();
  const name = cursor.identifier();
  if (cursor.takeOperator("(")) {
    const call = { kind: "call", name: name.toUpperCase() } as const;
    if (cursor.takeOperator("*")) {
      cursor.expectOperator(")");
      return { ...call, args: [], star: true };
    }
    return { ...call, args: cursor.inside(() => parseArguments(cursor)) };
  }
  if (!cursor.takeOperator(".")) return { kind: "column", name, position };
  return { kind: "column", source: name, name: cursor.identifier(), position };
}

function parseArguments(cursor: Cursor): readonly Expression[] {
  if (cursor.takeOperator(")")) return [];
  const args = [parseArgument(cursor)];
  while (cursor.takeOperator(",")) args.push(parseArgument(cursor));
  if (cursor.atOperator("=>")) throw unsupported("a lambda function");
  cursor.expectOperator(")");
  return args;
}

/** The singular names, but for `MILLISECOND`, are those of columns, also in ksqlDB's grammar. */
function parseArgument(cursor: Cursor): Expression {
  const { kind, upper } = cursor.peek();
  const ms = kind === "word" && isReserved(upper) ? unitMs(upper) : undefined;
  if (ms === undefined) return parseExpression(cursor);
  cursor.next();
  return { kind: "interval-unit", ms };
}

function parseCast(cursor: Cursor): Expression {
  cursor.next();
  cursor.expectOperator("(");
  const operand = parseExpression(cursor);
  cursor.expect("AS");
  const type = parseType(cursor);
  cursor.expectOperator(")");
  return { kind: "cast", operand, type };
}

function parseCase(cursor: Cursor): Expression {
  const operand = cursor.at("WHEN") ? undefined : parseExpression(cursor);
  const branches: CaseBranch[] = [];
  while (cursor.take("WHEN")) {
    const when = parseExpression(cursor);
    cursor.expect("THEN");
    branches.push({ when, result: parseExpression(cursor) });
  }
  if (branches.length === 0) throw cursor.unexpected("WHEN");
  const otherwise = cursor.take("ELSE") ? parseExpression(cursor) : undefined;
  cursor.expect("END");
  return {
    kind: "case",
    branches,
    ...(operand ? { operand } : {}),
    ...(otherwise ? { otherwise } : {}),
  };
}

/** `VARCHAR`, `VARCHAR(STRING)`, `DECIMAL(4, 2)`. */
export function parseType(cursor: Cursor): SqlType {
  const name = cursor.take("DECIMAL") ? "DECIMAL" : cursor.name().toUpperCase();
  if (name === "DECIMAL" || name === "DEC" || name === "NUMERIC") {
    cursor.expectOperator("(");
    const precision = cursor.integer();
    cursor.expectOperator(",");
    const scale = cursor.integer();
    cursor.expectOperator(")");
    return decimalType(precision, scale);
  }
  if (name === "ARRAY" || name === "MAP" || name === "STRUCT") throw unsupported(`the nested type ${name}`);
  const type = typeNamed(name);
  if (!type) throw refuse(`Cannot resolve unknown type: ${name}`);
  if (cursor.takeOperator("(")) parseTypeParameters(cursor);
  return type;
}

/** ksqlDB's grammar takes them behind every type, and its types leave them aside. */
function parseTypeParameters(cursor: Cursor): void {
  do {
    if (cursor.peek().kind !== "integer" && !cursor.at("STRING")) {
      throw cursor.unexpected("{'STRING', INTEGER_VALUE}");
    }
    cursor.next();
  } while (cursor.takeOperator(","));
  cursor.expectOperator(")");
}
