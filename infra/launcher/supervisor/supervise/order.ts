import { CodedError } from "../../../../schemas/errors.ts";
import { nearest } from "../../../runtime/text/spelling.ts";
import type { PartSpec } from "./part.ts";

/**
 * Is this set of parts one that can start and stop?
 *
 * @throws {CodedError} USAGE when parts wait for each other in a circle, or two have one name.
 */
export function checkOrder(parts: readonly PartSpec[]): void {
  const byName = new Map(parts.map((part) => [part.name, part]));
  if (byName.size < parts.length) throw usage("two parts have one name");
  const done = new Set<string>();
  const visit = (part: PartSpec, path: readonly string[]): void => {
    if (done.has(part.name)) return;
    if (path.includes(part.name)) {
      throw usage(`parts wait for each other in a circle: ${[...path, part.name].join(" → ")}`);
    }
    for (const name of [...part.needs, ...part.feeds]) {
      const other = byName.get(name);
      if (other) visit(other, [...path, part.name]);
    }
    done.add(part.name);
  };
  for (const part of parts) visit(part, []);
}

/**
 * The parts a command asked for.
 *
 * @param only - these and what they need; null: all.
 * @param without - not these, whichever parts need them.
 * @throws {CodedError} USAGE for a name that is no part.
 */
export function choose<P extends PartSpec>(
  parts: readonly P[],
  only: readonly string[] | null,
  without: readonly string[],
): readonly P[] {
  const byName = new Map(parts.map((part) => [part.name, part]));
  checkNames([...(only ?? []), ...without], [...byName.keys()]);
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const part = byName.get(name);
    if (!part || wanted.has(name)) return;
    wanted.add(name);
    for (const need of part.needs) want(need);
  };
  for (const name of only ?? byName.keys()) want(name);
  return parts.filter((part) => wanted.has(part.name) && !without.includes(part.name));
}

/** @throws {CodedError} USAGE for a name that is no part, with the nearest one. */
export function checkNames(named: readonly string[], parts: readonly string[]): void {
  const wrong = named.find((name) => !parts.includes(name));
  if (wrong === undefined) return;
  const near = nearest(wrong, parts);
  const guess = near.length > 0 ? `did you mean ${near.join(" or ")}? There are` : "choose from";
  throw usage(`there is no part "${wrong}": ${guess} ${parts.join(", ")}`);
}

function usage(message: string): CodedError {
  return new CodedError("USAGE", { message, retryable: false });
}
