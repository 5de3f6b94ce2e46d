import { tokens } from "./tokens.ts";

/** What protoc allows messages to be nested; deeper texts would also be laid out mostly as blanks. */
const MAX_DEPTH = 32;
/** The parser that reads a message looks at all of its earlier fields with each new one. */
const MAX_FIELDS = 1_000;

/**
 * A schema's text laid out in one way, so that blanks and comments make no difference: two blanks for each level, one
 * statement a line, an empty line between groups.
 *
 * @throws {Error} at a text or comment that does not end, at blocks nested deeper than 32, and at blocks of more
 *   than 1,000 statements: fields of a message, values of an enum.
 */
export function formatted(text: string): string {
  const lines: string[] = [];
  let line: string[] = [];
  let depth = 0;
  /** Of the blocks that are open, the innermost last: a `oneof` is part of its message. */
  const fields: { count: number }[] = [];
  /** Open brackets other than the braces of a block. */
  let inside = 0;
  const end = (): void => {
    if (line.length === 0) return;
    lines.push("  ".repeat(depth) + spaced(line));
    line = [];
  };
  for (const token of tokens(text)) {
    if (token === "}" && inside === 0) {
      end();
      depth = Math.max(0, depth - 1);
      fields.pop();
      line.push(token);
      end();
      continue;
    }
    // An empty statement says nothing.
    if (token === ";" && line.length === 0) continue;
    // `= {` opens a value, not a block.
    const value = token === "{" && (inside > 0 || line.at(-1) === "=");
    line.push(token);
    if (token === "{" && !value) {
      fields.push((line[0] === "oneof" ? fields.at(-1) : undefined) ?? { count: 0 });
      end();
      if (++depth > MAX_DEPTH) throw new Error(`blocks are nested deeper than ${MAX_DEPTH}`);
    } else if (token === ";" && inside === 0) {
      const block = line[0] === "option" ? undefined : fields.at(-1);
      if (block && ++block.count > MAX_FIELDS)
        throw new Error(`a block holds more than ${MAX_FIELDS} fields`);
      end();
    }
    if (value || token === "(" || token === "[") inside++;
    if (token === ")" || token === "]" || token === "}") inside = Math.max(0, inside - 1);
  }
  end();
  return `${grouped(lines).join("\n")}\n`;
}

/** `map<…>`, `rpc Get(…)` and what follows a bracket or a dot stand together; `= [` and `returns (` do not. */
function spaced(statement: readonly string[]): string {
  const parts: string[] = [];
  for (const [i, token] of statement.entries()) {
    const last = statement[i - 1]?.at(-1);
    const together =
      last === undefined ||
      ";,)]>.:<".includes(token) ||
      "([<.".includes(last) ||
      (token === "(" && i === 2 && statement[0] === "rpc" && /^\w+$/.test(statement[1] ?? ""));
    parts.push(together ? token : ` ${token}`);
  }
  return parts.join("");
}

/** Head, imports, options and each definition at the top stand apart. */
function grouped(lines: readonly string[]): readonly string[] {
  const result: string[] = [];
  let before = "";
  for (const line of lines) {
    const kind = line.startsWith(" ") || line === "}" ? "" : kindOf(line);
    if (result.length > 0 && kind !== "" && (kind !== before || kind === "definition")) result.push("");
    if (kind !== "") before = kind;
    result.push(line);
  }
  return result;
}

function kindOf(line: string): string {
  if (/^(syntax|edition|package)\b/.test(line)) return "head";
  if (/^(import|option)\b/.test(line)) return line.startsWith("import") ? "import" : "option";
  return "definition";
}
