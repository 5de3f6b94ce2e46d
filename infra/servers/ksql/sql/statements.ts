import { spellingDistance } from "../../../runtime/text/spelling.ts";
import { refuse, unsupported } from "../errors.ts";
import type {
  ColumnDefinition,
  Properties,
  PropertyValue,
  SourceKind,
  Statement,
  StatementBody,
} from "./ast.ts";
import { Cursor, startsExpression, startsLiteral, startsName } from "./cursor.ts";
import { parseExpression, parseType } from "./expressions.ts";
import { tokenize } from "./lexer.ts";
import { MOST_COLUMNS, parseQuery } from "./queries.ts";

/**
 * All statements of a text, each ended by a semicolon (the last may do without).
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID `line L:C: Syntax Error …`
 */
export function parseStatements(sql: string): readonly Statement[] {
  const cursor = new Cursor(sql, tokenize(sql));
  const statements: Statement[] = [];
  while (cursor.peek().kind !== "end") {
    if (cursor.takeOperator(";")) continue;
    statements.push(parseOne(cursor));
  }
  return statements;
}

function parseOne(cursor: Cursor): Statement {
  const start = cursor.peek().start;
  const body = parseBody(cursor);
  const end = cursor.peek();
  if (!cursor.takeOperator(";") && end.kind !== "end") throw cursor.syntaxError("");
  return { ...body, text: cursor.sql.slice(start, end.end) };
}

function parseBody(cursor: Cursor): StatementBody {
  if (cursor.at("SELECT")) return { kind: "select", query: parseQuery(cursor) };
  if (cursor.take("CREATE")) return parseCreate(cursor);
  if (cursor.take("INSERT", "INTO")) return parseInsert(cursor);
  if (cursor.take("DROP")) return parseDrop(cursor);
  if (cursor.take("TERMINATE")) return parseTerminate(cursor);
  if (cursor.take("LIST") || cursor.take("SHOW")) return parseList(cursor);
  if (cursor.take("DESCRIBE")) return parseDescribe(cursor);
  if (cursor.take("EXPLAIN")) return parseExplain(cursor);
  if (cursor.take("SET")) {
    const property = cursor.string();
    if (!cursor.takeOperator("=")) throw cursor.missing("'='", ({ kind }) => kind === "string");
    return { kind: "set", property, value: cursor.string() };
  }
  if (cursor.take("UNSET")) return { kind: "unset", property: cursor.string() };
  if (cursor.take("DEFINE")) {
    const variable = cursor.identifier();
    cursor.expectOperator("=");
    return { kind: "define", variable, value: cursor.string() };
  }
  if (cursor.take("UNDEFINE")) return { kind: "undefine", variable: cursor.identifier() };
  if (cursor.take("PRINT")) return parsePrint(cursor);
  for (const [word, what] of FOREIGN) if (cursor.at(word)) throw unsupported(what);
  throw unknownStatement(cursor);
}

const FOREIGN: readonly (readonly [string, string])[] = [
  ["ALTER", "ALTER"],
  ["PAUSE", "PAUSE"],
  ["RESUME", "RESUME"],
  ["ASSERT", "ASSERT"],
];

/** The words that statements begin with, in the order of ksqlDB's grammar: of those alike it names the first. */
const COMMANDS =
  "SELECT CREATE INSERT DESCRIBE PRINT EXPLAIN SHOW LIST TERMINATE PAUSE RESUME DROP SET DEFINE UNDEFINE UNSET ASSERT ALTER".split(
    " ",
  );

function unknownStatement(cursor: Cursor): Error {
  const { text, upper } = cursor.peek();
  let nearest = "";
  let least = Number.POSITIVE_INFINITY;
  for (const command of COMMANDS) {
    const changes = spellingDistance(command, upper);
    if (changes < least) [nearest, least] = [command, changes];
  }
  return cursor.syntaxError(`Unknown statement '${text}'\nDid you mean '${nearest}'?`);
}

function parseCreate(cursor: Cursor): StatementBody {
  const orReplace = cursor.take("OR", "REPLACE");
  if (cursor.take("SOURCE")) {
    if (cursor.at("CONNECTOR")) throw unsupported("CREATE CONNECTOR");
    throw unsupported("CREATE SOURCE");
  }
  if (cursor.at("TYPE") || cursor.at("SINK")) throw unsupported(`CREATE ${cursor.peek().upper}`);
  const type: SourceKind | undefined = cursor.take("STREAM")
    ? "STREAM"
    : cursor.take("TABLE")
      ? "TABLE"
      : undefined;
  if (!type) throw cursor.unexpected();
  const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
  const name = cursor.identifier();
  const columns = cursor.atOperator("(") ? parseColumns(cursor) : [];
  const properties = cursor.take("WITH") ? parseProperties(cursor) : {};
  const query = columns.length === 0 && cursor.take("AS") ? parseQuery(cursor) : undefined;
  const isOpen = !query && Object.keys(properties).length === 0 && !cursor.atOperator(";");
  if (isOpen && cursor.peek().kind !== "end") {
    const next = COMMANDS.find((command) => cursor.at(command));
    if (next) throw cursor.missing("';'", () => true);
    throw cursor.unexpected(columns.length > 0 ? "{';', 'WITH'}" : "{';', '(', 'WITH'}");
  }
  return {
    kind: "create",
    type,
    name,
    orReplace,
    ifNotExists,
    columns,
    properties,
    ...(query ? { query } : {}),
  };
}

function parseColumns(cursor: Cursor): readonly ColumnDefinition[] {
  const columns: ColumnDefinition[] = [];
  cursor.expectOperator("(");
  do {
    const position = cursor.position();
    const name = cursor.identifier();
    const type = parseType(cursor);
    const primary = cursor.take("PRIMARY");
    if (primary && !cursor.at("KEY"))
      throw cursor.missing("'KEY'", ({ kind, text }) => kind === "operator" && [",", ")"].includes(text));
    const key = cursor.take("KEY");
    if (cursor.at("HEADERS") || cursor.at("HEADER")) throw unsupported("a HEADERS column");
    columns.push({ name, type, key, primary, position });
    if (columns.length > MOST_COLUMNS) throw refuse(`A source has at most ${MOST_COLUMNS} columns.`);
  } while (cursor.takeOperator(","));
  if (!cursor.takeOperator(")")) throw cursor.unexpected("{',', ')'}");
  return columns;
}

function parseProperties(cursor: Cursor): Properties {
  const properties: Record<string, PropertyValue> = {};
  if (!cursor.takeOperator("("))
    throw cursor.missing("'('", (token) => startsName(token) || token.kind === "string");
  do {
    const name = cursor.peek().kind === "string" ? cursor.string() : cursor.next().text;
    if (!cursor.takeOperator("=")) throw cursor.missing("'='", startsLiteral);
    properties[name.toUpperCase()] = parsePropertyValue(cursor);
  } while (cursor.takeOperator(","));
  if (!cursor.takeOperator(")")) throw cursor.unexpected("{',', ')'}");
  return properties;
}

function parsePropertyValue(cursor: Cursor): PropertyValue {
  const value = parseExpression(cursor);
  switch (value.kind) {
    case "string":
    case "boolean":
    case "integer":
    case "double":
      return value.value;
    case "bigint":
      return String(value.value);
    case "decimal":
      return Number(value.text);
    default:
      throw cursor.unexpected();
  }
}

function parseInsert(cursor: Cursor): StatementBody {
  const target = cursor.identifier();
  const columns: string[] = [];
  if (cursor.takeOperator("(")) {
    do columns.push(cursor.identifier());
    while (cursor.takeOperator(","));
    cursor.expectOperator(")");
  }
  if (cursor.at("SELECT") || cursor.at("WITH")) throw unsupported("INSERT INTO … SELECT");
  if (!cursor.take("VALUES")) throw cursor.missing("'VALUES'", ({ text }) => text === "(");
  if (!cursor.takeOperator("(")) throw cursor.missing("'('", startsExpression);
  const values = [parseExpression(cursor)];
  while (cursor.takeOperator(",")) values.push(parseExpression(cursor));
  if (!cursor.takeOperator(")")) throw cursor.unexpected("{',', ')'}");
  if (columns.length > 0 && columns.length !== values.length) {
    throw refuse(
      `Failed to prepare statement: Expected number columns and values to match: ${columns.length}, ${values.length}`,
    );
  }
  return { kind: "insert-values", target, columns, values };
}

function parseDrop(cursor: Cursor): StatementBody {
  if (cursor.at("CONNECTOR") || cursor.at("TYPE")) throw unsupported(`DROP ${cursor.peek().upper}`);
  const type: SourceKind | undefined = cursor.take("STREAM")
    ? "STREAM"
    : cursor.take("TABLE")
      ? "TABLE"
      : undefined;
  if (!type) throw cursor.unexpected();
  const ifExists = cursor.take("IF", "EXISTS");
  const name = cursor.identifier();
  return { kind: "drop", type, name, ifExists, deleteTopic: cursor.take("DELETE", "TOPIC") };
}

function parseTerminate(cursor: Cursor): StatementBody {
  cursor.take("QUERY");
  return { kind: "terminate", queryId: cursor.take("ALL") ? "ALL" : cursor.identifier() };
}

const LISTS = ["STREAMS", "TABLES", "QUERIES", "TOPICS", "PROPERTIES", "FUNCTIONS"] as const;

function parseList(cursor: Cursor): StatementBody {
  const all = cursor.take("ALL");
  const what = LISTS.find((name) => cursor.take(name));
  if (!what) {
    for (const foreign of ["CONNECTORS", "CONNECTOR", "TYPES", "VARIABLES", "SOURCE", "SINK"]) {
      if (cursor.at(foreign)) throw unsupported(`SHOW ${foreign}`);
    }
    throw cursor.unexpected();
  }
  return { kind: "list", what, all, extended: cursor.take("EXTENDED") };
}

function parseDescribe(cursor: Cursor): StatementBody {
  if (cursor.at("FUNCTION") || cursor.at("CONNECTOR")) throw unsupported(`DESCRIBE ${cursor.peek().upper}`);
  const before = cursor.take("EXTENDED");
  for (const what of ["STREAMS", "TABLES"] as const) {
    if (cursor.take(what))
      return { kind: "list", what, all: false, extended: cursor.take("EXTENDED") || true };
  }
  const name = cursor.identifier();
  return { kind: "describe", name, extended: cursor.take("EXTENDED") || before };
}

function parseExplain(cursor: Cursor): StatementBody {
  if (cursor.at("SELECT") || cursor.at("CREATE")) {
    const start = cursor.peek().start;
    const body = parseBody(cursor);
    return {
      kind: "explain",
      statement: { ...body, text: `${cursor.sql.slice(start, cursor.peek().start)};` },
    };
  }
  return { kind: "explain", queryId: cursor.identifier() };
}

function parsePrint(cursor: Cursor): StatementBody {
  const topic = cursor.peek().kind === "string" ? cursor.string() : cursor.next().text;
  const fromBeginning = cursor.take("FROM", "BEGINNING");
  const interval = cursor.take("INTERVAL") || cursor.take("SAMPLE") ? cursor.integer() : 1;
  const limit = cursor.take("LIMIT") ? cursor.integer() : undefined;
  return { kind: "print", topic, fromBeginning, interval, ...(limit === undefined ? {} : { limit }) };
}
