import { createHash } from "node:crypto";
import { CodedError } from "../../schemas/errors.ts";

/** Comments, and strings as a whole: what stands in one ends no statement. */
const PIECES = /--[^\n]*|'(?:[^']|'')*'|`(?:[^`]|``)*`|;|[^-'`;]+|-/g;

/**
 * The statements of a file of Flink SQL, without comments and without their semicolons.
 *
 * @param texts - for each `${name}` of the file its text, as it is to stand there.
 * @throws {CodedError} CONFIG_INVALID for a name without a text.
 */
export function readStatements(sql: string, texts: Readonly<Record<string, string>>): readonly string[] {
  const statements: string[] = [];
  let current = "";
  const end = (): void => {
    const statement = filled(current, texts).trim();
    if (statement !== "") statements.push(statement);
    current = "";
  };
  for (const [piece] of sql.matchAll(PIECES)) {
    if (piece === ";") end();
    else if (!piece.startsWith("--")) current += piece;
  }
  end();
  return statements;
}

function filled(sql: string, texts: Readonly<Record<string, string>>): string {
  return sql.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const text = texts[name];
    if (text !== undefined) return text;
    throw new CodedError("CONFIG_INVALID", {
      message: `the file has \${${name}}, which has no text: there are ${Object.keys(texts).join(", ")}`,
      retryable: false,
      context: { name },
    });
  });
}

/** A text between the quotes of SQL. */
export function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

/** Eight hex digits that change with any of the statements. */
export function digestOf(statements: readonly string[]): string {
  return createHash("sha256").update(statements.join(";\n")).digest("hex").slice(0, 8);
}
