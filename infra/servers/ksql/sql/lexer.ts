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

/** More is no statement of a person: a script of this length has some 200,000 words (ksqlDB's limit is its request's, 100 MB). */
export const MAX_SQL_LENGTH = 1024 * 1024;

/** Each alternative costs time linear in what it takes or, if it fails, in the one run of digits that it looked at. */
const PATTERN =
  /(?<space>\s+|--[^\r\n]*)|(?<string>'[^']*(?:''[^']*)*')|(?<quoted>`[^`]*(?:``[^`]*)*`|"[^"]*(?:""[^"]*)*")|(?<float>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+)|(?<decimal>\d+\.\d*|\.\d+)|(?<word>[A-Za-z_@][A-Za-z0-9_@]*|\d+[A-Za-z_][A-Za-z0-9_@]*)|(?<integer>\d+)|(?<operator>->|=>|<=|>=|<>|!=|:=|\|\||[-+*/%=<>(),.;:[\]])/y;

/**
 * Split SQL text into tokens, the last of kind `end`, in time linear in its length.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID with line and column of what is no token.
 */
export function tokenize(sql: string): readonly Token[] {
  if (sql.length > MAX_SQL_LENGTH) {
    throw refuse(`The statements have ${sql.length} characters: ${MAX_SQL_LENGTH} are taken at once.`);
  }
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  let line = 1;
  let lineStart = 0;
  let at = 0;
  const notAToken = (): Error =>
    refuse(
      syntaxErrorText(
        sql,
        { line, column: at - lineStart + 1 },
        `token recognition error at: '${sql.slice(at, at + 10)}'`,
      ),
    );
  while (at < sql.length) {
    const column = at - lineStart + 1;
    const found = sql.startsWith("/*", at) ? comment(sql, at) : token(sql, at, pattern);
    if (!found) throw notAToken();
    const { kind, text } = found;
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

/** ksqlDB's message about what no statement is made of: it ends with the line that it is in. */
export function syntaxErrorText(
  sql: string,
  { line, column }: Pick<Token, "line" | "column">,
  problem: string,
): string {
  return `line ${line}:${column}: Syntax Error\n${problem}\nStatement: ${sql.split("\n")[line - 1] ?? ""}`;
}

interface Found {
  readonly kind: TokenKind | "space";
  readonly text: string;
}

/** One without an end is no pair of operators: each of many such would be looked for through all the rest. */
function comment(sql: string, at: number): Found | undefined {
  const end = sql.indexOf("*/", at + 2);
  return end === -1 ? undefined : { kind: "space", text: sql.slice(at, end + 2) };
}

function token(sql: string, at: number, pattern: RegExp): Found | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(sql);
  return match?.groups && { kind: kindOf(match.groups), text: match[0] };
}

function kindOf(groups: Record<string, string | undefined>): TokenKind | "space" {
  for (const name of Object.keys(groups)) if (groups[name] !== undefined) return name as TokenKind | "space";
  return "operator";
}
