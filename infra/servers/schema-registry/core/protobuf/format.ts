import { tokens } from "./tokens.ts";

/** What protoc allows messages to be nested; deeper texts would also be laid out mostly as blanks. */
const MAX_DEPTH = 32;

/**
 * A schema's text laid out in one way, so that blanks and comments make no difference: two blanks for each level, one
 * statement a line, an empty line between groups.
 *
 * @throws {Error} at a text or comment that does not end, and at blocks nested deeper than 32.
 */
export function formatted(text: string): string {
  const lines: string[] = [];
  let line: string[] = [];
  let depth = 0;
  /** Open brackets other than the braces of a block. */
  let inside = 0;
  const end = (): void => {
    if (line.length === 0) return;
    lines.push("  ".repeat(depth) + line.reduce(spaced, ""));
    line = [];
  };
  for (const token of tokens(text)) {
    if (token === "}" && inside === 0) {
      end();
      depth = Math.max(0, depth - 1);
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
      end();
      if (++depth > MAX_DEPTH) throw new Error(`blocks are nested deeper than ${MAX_DEPTH}`);
    } else if (token === ";" && inside === 0) end();
    if (value || token === "(" || token === "[") inside++;
    if (token === ")" || token === "]" || token === "}") inside = Math.max(0, inside - 1);
  }
  end();
  return `${grouped(lines).join("\n")}\n`;
}

/** `map<…>`, `rpc Get(…)` and what follows a bracket or a dot stand together; `= [` and `returns (` do not. */
function spaced(before: string, token: string): string {
  if (before === "") return token;
  const last = before.at(-1) ?? "";
  if (";,)]>.:<".includes(token) || "([<.".includes(last)) return before + token;
  if (token === "(" && /^rpc \w+$/.test(before)) return before + token;
  return `${before} ${token}`;
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
