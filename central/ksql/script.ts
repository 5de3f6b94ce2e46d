/** A word, quoted name, string or sign of SQL; white space and comments are left out. An open quote runs to the end. */
export interface ScriptToken {
  readonly kind: "word" | "name" | "string" | "sign";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|(?<string>'(?:[^']|'')*(?:'|$))|(?<name>`(?:[^`]|``)*(?:`|$)|"(?:[^"]|"")*(?:"|$))|(?<word>[\w@]+(?:\.\d+)?)|(?<sign><=|>=|<>|!=|[\s\S])/g;

export function tokenize(sql: string): readonly ScriptToken[] {
  const tokens: ScriptToken[] = [];
  for (const match of sql.matchAll(TOKEN)) {
    const kind = (["string", "name", "word", "sign"] as const).find((k) => match.groups?.[k] !== undefined);
    if (kind) tokens.push({ kind, text: match[0], start: match.index, end: match.index + match[0].length });
  }
  return tokens;
}

/** One statement of a file. */
export interface ScriptStatement {
  /** Without comments in front, with its semicolon. */
  readonly text: string;
  /** The properties that SET statements before it give. */
  readonly properties: Readonly<Record<string, string>>;
  /** What a CREATE makes; undefined for other statements. */
  readonly creates?: { readonly type: "STREAM" | "TABLE"; readonly name: string; readonly reads?: string };
}

/**
 * The statements of a `.ksql` file, with SET statements folded into the properties of those behind them.
 *
 * @param topicPrefix - put in front of every KAFKA_TOPIC.
 */
export function readScript(sql: string, topicPrefix = ""): readonly ScriptStatement[] {
  const statements: ScriptStatement[] = [];
  let properties: Readonly<Record<string, string>> = {};
  for (const tokens of splitStatements(tokenize(sql))) {
    const [first, second, third, fourth] = tokens;
    if (!first) continue;
    if (isWord(first, "SET") && second && third?.text === "=" && fourth) {
      properties = { ...properties, [unquote(second)]: unquote(fourth) };
      continue;
    }
    const text = withPrefix(sql, tokens, topicPrefix);
    const creates = creationOf(tokens);
    statements.push({ text, properties, ...(creates ? { creates } : {}) });
  }
  return statements;
}

function splitStatements(tokens: readonly ScriptToken[]): readonly (readonly ScriptToken[])[] {
  const statements: ScriptToken[][] = [];
  let current: ScriptToken[] = [];
  for (const token of tokens) {
    current.push(token);
    if (token.text === ";") {
      statements.push(current);
      current = [];
    }
  }
  if (current.length > 0) statements.push(current);
  return statements.filter((statement) => statement[0]?.text !== ";");
}

/** Each statement's text with its semicolon, without comments in front. */
export function statementTexts(sql: string): readonly string[] {
  return splitStatements(tokenize(sql)).map((tokens) => withPrefix(sql, tokens, ""));
}

/** Is there a whole statement in this text? For a client that reads line by line. */
export function isComplete(sql: string): boolean {
  return tokenize(sql).at(-1)?.text === ";";
}

export function isWord(token: ScriptToken | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}

/** A name as ksqlDB keeps it, or a string's text. */
export function unquote(token: ScriptToken): string {
  if (token.kind === "word") return token.text.toUpperCase();
  const quote = token.text[0] ?? "";
  return token.text.slice(1, -1).replaceAll(quote + quote, quote);
}

function creationOf(tokens: readonly ScriptToken[]): ScriptStatement["creates"] {
  if (!isWord(tokens[0], "CREATE")) return undefined;
  const at = tokens.findIndex((t) => isWord(t, "STREAM") || isWord(t, "TABLE"));
  if (at < 0 || at > 4) return undefined;
  const skipped = isWord(tokens[at + 1], "IF") ? 3 : 0;
  const name = tokens[at + 1 + skipped];
  if (!name) return undefined;
  const from = tokens.findIndex((t) => isWord(t, "FROM"));
  const source = from < 0 ? undefined : tokens[from + 1];
  return {
    type: isWord(tokens[at], "STREAM") ? "STREAM" : "TABLE",
    name: unquote(name),
    ...(source ? { reads: unquote(source) } : {}),
  };
}

function withPrefix(sql: string, tokens: readonly ScriptToken[], prefix: string): string {
  const start = tokens[0]?.start ?? 0;
  let text = "";
  let at = start;
  for (const [i, token] of tokens.entries()) {
    if (token.kind === "string" && tokens[i - 1]?.text === "=" && isWord(tokens[i - 2], "KAFKA_TOPIC")) {
      text += `${sql.slice(at, token.start)}'${prefix}${token.text.slice(1)}`;
      at = token.end;
    }
  }
  return text + sql.slice(at, tokens.at(-1)?.end ?? at);
}
