import { typeError } from "../../errors.ts";
import { typeText } from "../../sql/types.ts";
import type { Compiled } from "../compiled.ts";
import { refuseLeftOut } from "../left-out.ts";
import { bind, type FunctionTable } from "./define.ts";
import { GENERAL_FUNCTIONS } from "./general.ts";
import { MATH_FUNCTIONS } from "./math.ts";
import { TEXT_FUNCTIONS } from "./text.ts";
import { TIME_FUNCTIONS } from "./time.ts";

const FUNCTIONS: FunctionTable = {
  ...GENERAL_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...TIME_FUNCTIONS,
};

/** Every scalar function's name, sorted. */
export const SCALAR_FUNCTIONS: readonly string[] = Object.keys(FUNCTIONS).sort();

/**
 * The call of a scalar function, bound to the overload that fits.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID: unknown name, or no such parameters.
 */
export function callFunction(name: string, args: readonly Compiled[]): Compiled {
  refuseLeftOut(name);
  const overloads = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!overloads) throw typeError(`Can't find any functions with the name '${name}'`);
  for (const overload of overloads) {
    const bound = bind(overload, args);
    if (bound) return bound;
  }
  const given = args.map((arg) => (arg.type ? typeText(arg.type) : "null")).join(", ");
  const valid = overloads.map((o) => `${name}(${o.params.join(", ")}${o.variadic ? "..." : ""})`).join("\n");
  throw typeError(
    `Function '${name}' does not accept parameters (${given}).\nValid alternatives are:\n${valid}\nFor detailed information on a function run: DESCRIBE FUNCTION ${name};`,
  );
}
