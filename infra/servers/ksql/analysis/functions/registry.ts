import { typeError } from "../../errors.ts";
import { typeText } from "../../sql/types.ts";
import type { Compiled } from "../compiled.ts";
import { refuseLeftOut } from "../left-out.ts";
import { bind, type FunctionTable, fittedExactly, fittedWidely, type Overload } from "./define.ts";
import { GENERAL_FUNCTIONS } from "./general.ts";
import { INTERVAL_FUNCTIONS } from "./intervals.ts";
import { MATH_FUNCTIONS } from "./math.ts";
import { shownName } from "./names.ts";
import { TEXT_FUNCTIONS } from "./text.ts";
import { TIME_FUNCTIONS } from "./time.ts";

const FUNCTIONS: FunctionTable = {
  ...GENERAL_FUNCTIONS,
  ...INTERVAL_FUNCTIONS,
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
export function callFunction(name: string, args: readonly Compiled[], now: () => number): Compiled {
  refuseLeftOut(name);
  const overloads = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!overloads) throw typeError(`Can't find any functions with the name '${name}'`);
  const given = args.map(nested);
  const bound = boundTo(overloads, given, name, now);
  if (bound) return bound;
  throw typeError(
    `Function '${shownName(name)}' does not accept parameters ${typesOf(args)}.\nValid alternatives are:\n${alternatives(name, overloads)}\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;`,
  );
}

/** A function without a result is NULL for the one around it, as a failed CAST is; the row goes on. */
function nested(arg: Compiled): Compiled {
  const { type, fallible, evaluate } = arg;
  if (!fallible) return arg;
  return {
    type,
    evaluate(row) {
      try {
        return evaluate(row);
      } catch {
        return null;
      }
    },
  };
}

function boundTo(
  overloads: readonly Overload[],
  args: readonly Compiled[],
  name: string,
  now: () => number,
): Compiled | undefined {
  const strict = overloads.filter((overload) => overload.exact);
  if (strict.length === 0) {
    for (const overload of overloads) {
      const bound = bind(overload, args, now);
      if (bound) return { ...bound, fallible: true };
    }
    return undefined;
  }
  for (const fit of [fittedExactly, fittedWidely]) {
    const found = strict
      .map((overload) => bind(overload, args, now, fit))
      .filter((bound) => bound !== undefined);
    if (found.length > 1) {
      throw typeError(
        `Function '${shownName(name)}' cannot be resolved due to ambiguous method parameters ${typesOf(args)}.\nUse CAST() to explicitly cast your parameters to one of the supported function calls.\nValid function calls are:\n${alternatives(name, overloads)}\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;`,
      );
    }
    if (found[0]) return { ...found[0], fallible: true };
  }
  return undefined;
}

function typesOf(args: readonly Compiled[]): string {
  const text = ({ type, isUnit }: Compiled): string =>
    isUnit ? "INTERVALUNIT" : type ? typeText(type) : "null";
  return `(${args.map(text).join(", ")})`;
}

function alternatives(name: string, overloads: readonly Overload[]): string {
  return overloads
    .map((o) => `${shownName(name)}(${o.params.join(", ")}${o.variadic ? "..." : ""})`)
    .join("\n");
}
