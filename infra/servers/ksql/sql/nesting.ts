import { refuse } from "../errors.ts";
import type { Expression } from "./ast.ts";
import { childrenOf } from "./children.ts";

/** So deep may parentheses, calls and signs stand in each other. */
const MAX_NESTED = 200;
/** So deep may an expression be as a tree: `a OR b OR c …` is as deep as it has terms. What walks it recurses. */
const MAX_DEPTH = 500;

/** Keeps what is parsed within the depth that fits on the stack of whatever walks it. */
export class Nesting {
  #nested = 0;
  readonly #depths = new WeakMap<Expression, number>();

  /** @throws {CodedError} KSQL_STATEMENT_INVALID when `parse` is called too deep inside itself. */
  within<T>(parse: () => T): T {
    if (this.#nested >= MAX_NESTED) throw refuse(`An expression is nested deeper than ${MAX_NESTED} levels.`);
    this.#nested++;
    try {
      return parse();
    } finally {
      this.#nested--;
    }
  }

  /** @throws {CodedError} KSQL_STATEMENT_INVALID when the expression is too deep a tree. */
  checked<E extends Expression>(expression: E): E {
    let depth = 0;
    for (const part of childrenOf(expression)) depth = Math.max(depth, this.#depths.get(part) ?? 0);
    if (depth >= MAX_DEPTH) throw refuse(`An expression has more than ${MAX_DEPTH} terms in a row.`);
    this.#depths.set(expression, depth + 1);
    return expression;
  }
}
