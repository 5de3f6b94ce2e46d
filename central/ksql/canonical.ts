import { isWord, type ScriptToken, tokenize, unquote } from "./script.ts";

/**
 * A CREATE statement in a form in which the file's text and what a server tells of it can be compared: ksqlDB spells
 * out sources, aliases and inferred columns, and adds properties of its own.
 */
interface Canonical {
  readonly type: string;
  readonly name: string;
  /** Names as ksqlDB keeps them, values as text. */
  readonly properties: Readonly<Record<string, string>>;
  /** `NAME TYPE [KEY]`, as declared. */
  readonly columns: readonly string[];
  /** The SELECT; undefined for a source over an existing topic. */
  readonly query?: string;
}

export function canonical(sql: string): Canonical {
  const tokens = tokenize(sql).filter((token) => token.text !== ";");
  const type = tokens.findIndex((t) => isWord(t, "STREAM") || isWord(t, "TABLE"));
  const nameAt = type + (isWord(tokens[type + 1], "IF") ? 4 : 1);
  const name = tokens[nameAt];
  let at = nameAt + 1;
  let columns: readonly string[] = [];
  if (tokens[at]?.text === "(") {
    const end = closing(tokens, at);
    columns = splitCommas(tokens.slice(at + 1, end)).map((column) => column.map(plain).join(" "));
    at = end + 1;
  }
  let properties: Readonly<Record<string, string>> = {};
  if (isWord(tokens[at], "WITH")) {
    const end = closing(tokens, at + 1);
    properties = propertiesOf(tokens.slice(at + 2, end));
    at = end + 1;
  }
  const query = isWord(tokens[at], "AS") ? canonicalQuery(tokens.slice(at + 1)) : undefined;
  return {
    type: tokens[type]?.text.toUpperCase() ?? "",
    name: name ? unquote(name) : "",
    properties,
    columns,
    ...(query === undefined ? {} : { query }),
  };
}

/** Does what runs on the server do what the file says? What the file leaves open does not count. */
export function sameStatement(file: Canonical, server: Canonical): boolean {
  return (
    file.type === server.type &&
    file.query === server.query &&
    Object.entries(file.properties).every(([name, value]) => server.properties[name] === value) &&
    file.columns.every((column) => server.columns.length === 0 || server.columns.includes(column))
  );
}

const TYPES: Readonly<Record<string, string>> = { INT: "INTEGER", VARCHAR: "STRING" };

function plain(token: ScriptToken): string {
  if (token.kind === "string") return token.text;
  const text = unquote(token);
  return token.kind === "word" ? (TYPES[text] ?? text) : token.kind === "name" ? text : token.text;
}

function closing(tokens: readonly ScriptToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]?.text === "(") depth++;
    if (tokens[i]?.text === ")" && --depth === 0) return i;
  }
  return tokens.length;
}

function splitCommas(tokens: readonly ScriptToken[]): readonly (readonly ScriptToken[])[] {
  const parts: ScriptToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    if (token.text === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function propertiesOf(tokens: readonly ScriptToken[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    splitCommas(tokens).flatMap(([name, , ...value]) =>
      name
        ? [
            [
              unquote(name).toUpperCase(),
              value.map((t) => (t.kind === "string" ? unquote(t) : t.text)).join(""),
            ],
          ]
        : [],
    ),
  );
}

const CLAUSES = ["FROM", "WINDOW", "WHERE", "GROUP", "HAVING", "EMIT", "PARTITION", "LIMIT"];

/** Without the sources' names in front of columns, without AS, and without aliases that repeat the name. */
function canonicalQuery(tokens: readonly ScriptToken[]): string {
  const from = tokens.findIndex((t) => isWord(t, "FROM"));
  const source = tokens[from + 1];
  const next = tokens[from + 2];
  const aliased = next && next.kind !== "sign" && !CLAUSES.includes(next.text.toUpperCase());
  const names = new Set([source, aliased ? next : undefined].flatMap((t) => (t ? [unquote(t)] : [])));
  const rest = tokens.filter((_, i) => !(aliased && i === from + 2));
  const words: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const token = rest[i];
    if (!token || isWord(token, "AS")) continue;
    if (token.kind !== "string" && rest[i + 1]?.text === "." && names.has(unquote(token))) {
      i++;
      continue;
    }
    const text = plain(token);
    const before = rest[i - 1];
    const repeats = i < from && token.kind !== "sign" && before?.kind !== "sign" && words.at(-1) === text;
    if (!repeats) words.push(text);
  }
  return words
    .join(" ")
    .replace(/^SELECT ?/, "SELECT ")
    .replace(/ EMIT CHANGES$/, "");
}
