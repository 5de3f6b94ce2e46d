import type { Expression } from "./ast.ts";

/** The parts an expression is made of, from left to right. */
export function childrenOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case "arithmetic":
    case "comparison":
    case "logical":
      return [e.left, e.right];
    case "negate":
    case "not":
    case "is-null":
    case "cast":
      return [e.operand];
    case "between":
      return [e.operand, e.low, e.high];
    case "in":
      return [e.operand, ...e.list];
    case "like":
      return [e.operand, e.pattern];
    case "call":
      return e.args;
    case "case":
      return [
        ...(e.operand ? [e.operand] : []),
        ...e.branches.flatMap((b) => [b.when, b.result]),
        ...(e.otherwise ? [e.otherwise] : []),
      ];
    default:
      return [];
  }
}
