import { refusal } from "../errors.ts";
import type { Difference } from "./difference.ts";
import type { Node } from "./node.ts";

/** Of pairs of schemas; two that refer to each other in many ways have many. */
const MOST_COMPARISONS = 50_000;
/** Pairs within one another: a chain of `$ref` leads as deep as it is long, and each level takes some of the stack. */
const MOST_DEEP = 500;

type Compare = (original: Node, update: Node) => readonly Difference[];

/**
 * Each pair of schemas is compared once. One that is met again while it is compared is taken to fit: that may prove
 * wrong, so all is compared again with what did not fit, until nothing more is found.
 */
export class Pairs {
  #known = new Map<Node, Map<Node, readonly Difference[]>>();
  #unfit = new Map<Node, Map<Node, readonly Difference[]>>();
  #unfitCount = 0;
  readonly #under = new Map<Node, Set<Node>>();
  #assumed = false;
  #comparisons = 0;
  #depth = 0;

  /** @throws {RestError} 42201 where the two are too entangled, or nested deeper than 500. */
  settle(compare: () => readonly Difference[]): readonly Difference[] {
    for (;;) {
      this.#assumed = false;
      const found = compare();
      const unfit = count(this.#known);
      if (!this.#assumed || unfit === this.#unfitCount) return found;
      this.#unfit = this.#known;
      this.#unfitCount = unfit;
      this.#known = new Map();
    }
  }

  once(original: Node, update: Node, compare: Compare): readonly Difference[] {
    const known = this.#known.get(original)?.get(update);
    if (known) return known;
    if (this.#under.get(original)?.has(update)) {
      const unfit = this.#unfit.get(original)?.get(update) ?? [];
      if (unfit.length === 0) this.#assumed = true;
      return unfit;
    }
    if (++this.#comparisons > MOST_COMPARISONS)
      throw refusal.invalidSchema("it has too many branches to be compared with the earlier version");
    if (this.#depth >= MOST_DEEP)
      throw refusal.invalidSchema(`it leads deeper than ${MOST_DEEP} schemas: too deep to be compared`);
    const under = this.#under.get(original) ?? new Set<Node>();
    this.#under.set(original, under.add(update));
    this.#depth++;
    const found = compare(original, update);
    this.#depth--;
    under.delete(update);
    const row = this.#known.get(original) ?? new Map<Node, readonly Difference[]>();
    this.#known.set(original, row.set(update, found));
    return found;
  }
}

function count(pairs: ReadonlyMap<Node, ReadonlyMap<Node, readonly Difference[]>>): number {
  let unfit = 0;
  for (const row of pairs.values()) for (const found of row.values()) if (found.length > 0) unfit++;
  return unfit;
}
