/** What a schema says, one node for each kind of assertion. Draft 4 to 2020-12 come to the same nodes. */
export type Node =
  | Common<"any">
  | Common<"nothing">
  | Common<"boolean">
  | Common<"null">
  | Common<"conditional">
  | StringNode
  | NumberNode
  | EnumNode
  | NotNode
  | CombinedNode
  | ObjectNode
  | ArrayNode
  | ReferenceNode;

interface Common<K extends string> {
  readonly kind: K;
  readonly hasDefault?: boolean;
  /** What Connect's converter noted as the type it came from. */
  readonly connectType?: string;
  /** The schema's text, by which equal branches are found. */
  readonly text?: string;
}

export interface StringNode extends Common<"string"> {
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly pattern: string | undefined;
}

export interface NumberNode extends Common<"number"> {
  readonly integer: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly exclusiveMinimum: number | undefined;
  readonly exclusiveMaximum: number | undefined;
  /** As written. */
  readonly multipleOf: string | undefined;
}

export interface EnumNode extends Common<"enum"> {
  /** As canonical JSON. `const` is an enum of one that may not grow. */
  readonly values: ReadonlySet<string>;
  readonly constant: boolean;
}

export interface NotNode extends Common<"not"> {
  readonly inner: Node;
}

export type Criterion = "allOf" | "anyOf" | "oneOf";

export interface CombinedNode extends Common<"combined"> {
  readonly criterion: Criterion;
  readonly parts: readonly Node[];
}

export interface ObjectNode extends Common<"object"> {
  readonly properties: ReadonlyMap<string, Node>;
  readonly required: ReadonlySet<string>;
  readonly patterns: readonly (readonly [string, Node])[];
  /** undefined: not said, so anything. */
  readonly additional: Node | undefined;
  readonly unevaluated: Node | undefined;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
  /** Properties that one property wants beside it. */
  readonly wants: ReadonlyMap<string, ReadonlySet<string>>;
  /** Schemas that the object follows once it has a property. */
  readonly follows: ReadonlyMap<string, Node>;
}

export interface ArrayNode extends Common<"array"> {
  /** Of every item; undefined: not said. */
  readonly every: Node | undefined;
  /** Of the item at each place. */
  readonly places: readonly Node[];
  readonly additional: Node | undefined;
  readonly unevaluated: Node | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly minContains: number | undefined;
  readonly maxContains: number | undefined;
  readonly unique: boolean;
}

export interface ReferenceNode extends Common<"reference"> {
  /** Set once all of the schema is read. */
  target: Node | undefined;
}

/** What a reference stands for in the end. */
export function resolvedNode(node: Node): Exclude<Node, ReferenceNode> {
  let at = node;
  const seen = new Set<Node>();
  while (at.kind === "reference") {
    if (seen.has(at) || !at.target) throw new Error("a $ref leads back to itself");
    seen.add(at);
    at = at.target;
  }
  return at;
}
