import { typeError } from "../errors.ts";
import type { Expression } from "../sql/ast.ts";
import { bare, formatExpression } from "../sql/format.ts";
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimalType,
  INTEGER,
  type SqlType,
  STRING,
  typeText,
} from "../sql/types.ts";
import { castConversion } from "../values/cast.ts";
import { Decimal } from "../values/decimal.ts";
import { parseTimestamp } from "../values/time-text.ts";
import type { Row, Value } from "../values/value.ts";
import { arithmetic, negate } from "./arithmetic.ts";
import { comparison, type Operand } from "./comparison.ts";
import { type Compiled, constant } from "./compiled.ts";
import { callFunction } from "./functions/registry.ts";
import { inList } from "./in-list.ts";
import { between, like } from "./predicates.ts";
import { resolveColumn, type Scope } from "./scope.ts";

/**
 * Type an expression and make a function of it.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with ksqlDB's text for the type error.
 */
export function compile(e: Expression, scope: Scope): Compiled {
  const c = (inner: Expression): Compiled => compile(inner, scope);
  const operand = (inner: Expression): Operand => ({
    ...c(inner),
    text: () => formatExpression(inner, bare),
  });
  switch (e.kind) {
    case "null":
      return constant(null, null);
    case "boolean":
      return constant(BOOLEAN, e.value);
    case "integer":
      return constant(INTEGER, e.value);
    case "bigint":
      return constant(BIGINT, e.value);
    case "double":
      return constant(DOUBLE, e.value);
    case "string":
      return constant(STRING, e.value);
    case "interval-unit":
      return { ...constant(null, e.ms), isUnit: true };
    case "decimal":
      return decimalLiteral(e.text);
    case "column": {
      const { index, type } = resolveColumn(scope, e);
      return { type, evaluate: (row) => row[index] ?? null };
    }
    case "arithmetic":
      return arithmetic(e.op, c(e.left), c(e.right), () => formatExpression(e, bare));
    case "negate":
      return negate(e.sign, c(e.operand), () => formatExpression(e, bare));
    case "comparison": {
      const [left, right] = magicTimes([e.left, e.right]).map(operand);
      if (!left || !right) throw new Error("a comparison has two sides");
      return comparison(e.op, left, right);
    }
    case "logical":
      return logical(e.op, booleanOf(e.left, c), booleanOf(e.right, c));
    case "not": {
      const inner = booleanOf(e.operand, c);
      return { type: BOOLEAN, evaluate: (row) => !inner.evaluate(row) };
    }
    case "is-null": {
      const inner = c(e.operand);
      return { type: BOOLEAN, evaluate: (row) => (inner.evaluate(row) === null) !== e.negated };
    }
    case "between": {
      const [value, low, high] = magicTimes([e.operand, e.low, e.high]).map(operand);
      if (!value || !low || !high) throw new Error("BETWEEN has three parts");
      return between(value, low, high, e.negated);
    }
    case "in":
      return inList(
        { ...operand(e.operand), expression: e.operand },
        e.list.map((member) => ({ ...operand(member), expression: member })),
        e.negated,
      );
    case "like":
      return like(operand(e.operand), operand(e.pattern), e.escape, e.negated);
    case "cast":
      return cast(c(e.operand), e.type);
    case "call":
      return callFunction(e.name, e.args.map(c), scope.now ?? NO_CLOCK);
    case "case":
      return caseOf(e, c, scope);
  }
}

function decimalLiteral(text: string): Compiled {
  const value = Decimal.parse(text) ?? new Decimal(0n, 0);
  return constant(decimalType(Math.max(value.precision, value.scale), value.scale), value);
}

function NO_CLOCK(): number {
  throw new Error("the time of now is not known here");
}

const TIME_COLUMNS = new Set(["ROWTIME", "WINDOWSTART", "WINDOWEND"]);

/** Texts that stand beside ROWTIME and the window bounds are timestamps: `ROWTIME >= '2018-01-01'`. */
function magicTimes(parts: readonly Expression[]): readonly Expression[] {
  if (!parts.some((part) => part.kind === "column" && TIME_COLUMNS.has(part.name))) return parts;
  return parts.map((part) => {
    if (part.kind !== "string") return part;
    const time = parseTimestamp(part.value);
    if (time === undefined) throw typeError(`Failed to parse timestamp '${part.value}'`);
    return { kind: "bigint", value: BigInt(time) };
  });
}

function booleanOf(e: Expression, c: (inner: Expression) => Compiled): Compiled {
  const compiled = c(e);
  if (compiled.type?.base !== "BOOLEAN") {
    throw typeError(
      `Unsupported expression: ${formatExpression(e, bare)} is ${compiled.type ? typeText(compiled.type) : "NULL"} and not BOOLEAN`,
    );
  }
  return compiled;
}

function logical(op: "AND" | "OR", left: Compiled, right: Compiled): Compiled {
  const evaluate =
    op === "AND"
      ? (row: Row): Value => left.evaluate(row) === true && right.evaluate(row) === true
      : (row: Row): Value => left.evaluate(row) === true || right.evaluate(row) === true;
  return { type: BOOLEAN, evaluate };
}

function cast(operand: Compiled, type: SqlType): Compiled {
  if (!operand.type) return constant(type, null);
  const convert = castConversion(operand.type, type);
  return {
    type,
    evaluate(row) {
      try {
        const value = operand.evaluate(row);
        return value === null ? null : convert(value);
      } catch {
        // As in ksqlDB, a CAST that fails is NULL, and the rest of the expression goes on.
        return null;
      }
    },
  };
}

function caseOf(
  e: Extract<Expression, { kind: "case" }>,
  c: (inner: Expression) => Compiled,
  scope: Scope,
): Compiled {
  const { operand } = e;
  const branches = e.branches.map((branch) => {
    const condition: Expression = operand
      ? { kind: "comparison", op: "=", left: operand, right: branch.when }
      : branch.when;
    const when = compile(condition, scope);
    if (when.type?.base !== "BOOLEAN") {
      throw typeError(
        `WHEN operand type should be boolean.\nType for '${formatExpression(condition, bare)}' is ${when.type ? typeText(when.type) : "NULL"}`,
      );
    }
    return { when, result: c(branch.result) };
  });
  const otherwise = e.otherwise ? c(e.otherwise) : constant(null, null);
  const type = caseType(e, branches, otherwise);
  return {
    type,
    evaluate(row) {
      for (const branch of branches)
        if (branch.when.evaluate(row) === true) return branch.result.evaluate(row);
      return otherwise.evaluate(row);
    },
  };
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID (typing) unless all results have one type. */
function caseType(
  e: Extract<Expression, { kind: "case" }>,
  branches: readonly { readonly result: Compiled }[],
  otherwise: Compiled,
): SqlType {
  let type: SqlType | null = null;
  for (const [i, { result }] of branches.entries()) {
    if (!result.type) continue;
    if (type && typeText(result.type) !== typeText(type)) {
      const text = formatExpression(e.branches[i]?.result ?? { kind: "null" }, bare);
      throw typeError(
        `Invalid Case expression. Type for all 'THEN' clauses should be the same.\nTHEN expression '${text}' has type: ${typeText(result.type)}.\nPrevious THEN expression(s) type: ${typeText(type)}.`,
      );
    }
    type = result.type;
  }
  if (type && otherwise.type && typeText(otherwise.type) !== typeText(type)) {
    throw typeError(
      `Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\nTHEN type: ${typeText(type)}.\nDEFAULT type: ${typeText(otherwise.type)}.`,
    );
  }
  const found = type ?? otherwise.type;
  if (!found) throw typeError("Invalid Case expression. All case branches have NULL type");
  return found;
}
