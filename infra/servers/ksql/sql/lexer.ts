import { refuse } from "../errors.ts";

type TokenKind = "word" | "quoted" | "string" | "integer" | "decimal" | "float" | "operator" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** As written, without quotes for `quoted` and `string`. */
  readonly text: string;
  /** `text` in upper case for words: how keywords compare. */
  readonly upper: string;
  /** Place in the whole text: where the token starts and ends, and its line (from 1) and column (from 1). */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

const PATTERN =
  /(?<space>\s+|--[^\r\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:[^']|'')*')|(?<quoted>`(?:[^`]|``)*`|"(?:[^"]|"")*")|(?<float>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+)|(?<decimal>\d+\.\d*|\.\d+)|(?<word>[A-Za-z_@][A-Za-z0-9_@]*|\d+[A-Za-z_][A-Za-z0-9_@]*)|(?<integer>\d+)|(?<operator>->|=>|<=|>=|<>|!=|:=|\|\||[-+*/%=<>(),.;:[\]])/y;

/**
 * Split SQL text into tokens, the last of kind `end`.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with line and column of what is no token.
 */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < sql.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    const column = at - lineStart + 1;
    if (!match?.groups) {
      throw refuse(
        `line ${line}:${column}: Syntax Error\ntoken recognition error at: '${sql.slice(at, at + 10)}'`,
      );
    }
    const text = match[0];
    const kind = kindOf(match.groups);
    if (kind !== "space") {
      const quote = text[0] ?? "";
      const bare =
        kind === "string" || kind === "quoted" ? text.slice(1, -1).replaceAll(quote + quote, quote) : text;
      tokens.push({
        kind,
        text: bare,
        upper: kind === "word" ? text.toUpperCase() : bare,
        start: at,
        end: at + text.length,
        line,
        column,
      });
    }
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
      line++;
      lineStart = at + i + 1;
    }
    at += text.length;
  }
  tokens.push({
    kind: "end",
    text: "",
    upper: "<EOF>",
    start: at,
    end: at,
    line,
    column: at - lineStart + 1,
  });
  return tokens;
}

function kindOf(groups: Record<string, string | undefined>): TokenKind | "space" {
  for (const name of Object.keys(groups)) if (groups[name] !== undefined) return name as TokenKind | "space";
  return "operator";
}
