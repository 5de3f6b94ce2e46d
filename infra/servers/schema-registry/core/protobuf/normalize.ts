/** A line of a laid out schema, with the lines of its block. */
interface Statement {
  readonly line: string;
  readonly block: readonly Statement[] | undefined;
}

/**
 * A laid out schema in an order that does not depend on its author: fields and the constants of an enum by their number,
 * `oneof`s by their first field, imports and options by their text. Messages, enums and calls stay where they are, as in
 * Confluent's registry: a message's index tells which one a record is.
 *
 * @param text - as `formatted` gives it.
 */
export function normalized(text: string): string {
  const lines = text.split("\n").slice(0, -1);
  const [statements] = read(lines, 0);
  return `${written(statements, "").join("\n")}\n`;
}

function read(lines: readonly string[], from: number): readonly [readonly Statement[], number] {
  const statements: Statement[] = [];
  let at = from;
  while (at < lines.length) {
    const line = lines[at++] ?? "";
    if (line.trim() === "}") return [statements, at];
    if (!line.endsWith("{")) {
      statements.push({ line, block: undefined });
      continue;
    }
    const [block, next] = read(lines, at);
    statements.push({ line, block });
    at = next;
  }
  return [statements, at];
}

function written(statements: readonly Statement[], indent: string): readonly string[] {
  return ordered(statements).flatMap(({ line, block }) =>
    block ? [line, ...written(block, `${indent}  `), `${indent}}`] : [line],
  );
}

/** The places of a kind are filled by what is of that kind, in order. */
function ordered(statements: readonly Statement[]): readonly Statement[] {
  const kinds = statements.map(kindOf);
  const next = new Map<string, Statement[]>();
  for (const [i, statement] of statements.entries()) {
    const kind = kinds[i];
    if (kind === undefined) continue;
    const of = next.get(kind);
    if (of) of.push(statement);
    else next.set(kind, [statement]);
  }
  for (const [kind, of] of next) of.sort(kind === "text" ? byText : byNumber).reverse();
  return statements.map((statement, i) => next.get(kinds[i] ?? "")?.pop() ?? statement);
}

function kindOf({ line, block }: Statement): "text" | "oneof" | "number" | undefined {
  const words = line.trim();
  if (/^(import|option)\b/.test(words)) return "text";
  if (block) return /^oneof\b/.test(words) ? "oneof" : undefined;
  return numberIn(words) === undefined ? undefined : "number";
}

function byText(a: Statement, b: Statement): number {
  return a.line < b.line ? -1 : a.line > b.line ? 1 : 0;
}

function byNumber(a: Statement, b: Statement): number {
  return (lowest(a) ?? 0) - (lowest(b) ?? 0) || byText(a, b);
}

function lowest({ line, block }: Statement): number | undefined {
  if (!block) return numberIn(line.trim());
  return Math.min(...block.flatMap((statement) => lowest(statement) ?? []));
}

/** Of a field, `string a = 1 [deprecated = true];`, or of a constant, `A = 0x1;`. */
function numberIn(line: string): number | undefined {
  const [, number] = /^[^"'=[]*= ?(-?(?:0[xX][\da-fA-F]+|\d+))\s*[;[]/.exec(line) ?? [];
  if (number === undefined) return undefined;
  return number.startsWith("-") ? -Number(number.slice(1)) : Number(number);
}
