import type { Expression } from "../sql/ast.ts";
import { childrenOf } from "../sql/children.ts";

/**
 * Tells which expressions are the same but for how their columns are qualified. Each is looked at once, however often it
 * is asked about and however deep it is.
 */
export class ExpressionIdentity {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<Expression, number>();

  /** The same number for the same expressions. */
  of(e: Expression): number {
    const known = this.#known.get(e);
    if (known !== undefined) return known;
    const key = JSON.stringify([ownFacts(e), childrenOf(e).map((child) => this.of(child))]);
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    this.#known.set(e, number);
    return number;
  }

  same(a: Expression, b: Expression): boolean {
    return this.of(a) === this.of(b);
  }
}

/** What an expression says besides its parts. */
function ownFacts(e: Expression): readonly unknown[] {
  switch (e.kind) {
    case "bigint":
      return [e.kind, String(e.value)];
    case "boolean":
    case "integer":
    case "string":
      return [e.kind, e.value];
    case "decimal":
    case "double":
      return [e.kind, e.text];
    case "interval-unit":
      return [e.kind, e.ms];
    case "column":
      return [e.kind, e.name];
    case "arithmetic":
    case "comparison":
    case "logical":
      return [e.kind, e.op];
    case "negate":
      return [e.kind, e.sign];
    case "is-null":
    case "between":
    case "in":
      return [e.kind, e.negated];
    case "like":
      return [e.kind, e.negated, e.escape];
    case "call":
      return [e.kind, e.name, e.star];
    case "cast":
      return [e.kind, e.type];
    case "case":
      return [e.kind, e.operand !== undefined, e.otherwise !== undefined];
    default:
      return [e.kind];
  }
}
