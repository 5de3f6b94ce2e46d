import { expect, test } from "vitest";
import { parseStatements } from "./statements.ts";

const reserved = (word: string): string =>
  `"${word}" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as '${word}' `;
const near = (word: string, column: number): string =>
  `Syntax error at or near '${word}' at line 1:${column}`;

/** Each text is what ksqlDB's grammar and its `SyntaxErrorValidator` give for the statement. */
test.each([
  ["SELECT FROM S;", 8, reserved("FROM")],
  ["SELECT A, FROM S;", 11, reserved("FROM")],
  ["SELECT DISTINCT A FROM S;", 8, reserved("DISTINCT")],
  ["SELECT A FROM WHERE B=1;", 15, reserved("WHERE")],
  ["SELECT * S;", 10, "Expecting {',', 'FROM'}"],
  ["SELECT A B C FROM S;", 12, "Expecting {',', 'FROM'}"],
  ["SELECT A) FROM S;", 9, "Expecting {',', 'FROM'}"],
  ["SELECT A FROM;", 14, ""],
  ["SELECT A AS SIZE FROM S;", 13, ""],
  ["SELECT A FROM S WHERE;", 22, ""],
  ["SELECT A FROM S WHERE A = ;", 27, ""],
  ["SELECT A FROM S WHERE A IN ();", 29, ""],
  ["SELECT A FROM S WHERE A IN 1, 2);", 28, "missing '(' at '1'"],
  ["SELECT A FROM S GROUP A;", 23, "missing 'BY' at 'A'"],
  ["SELECT A FROM S LIMIT x;", 23, ""],
  ["SELECT LEN(A FROM S;", 14, near("FROM", 14)],
  ["SELECT (A FROM S;", 11, near("FROM", 11)],
  ["SELECT CAST(A VARCHAR) FROM S;", 15, near("VARCHAR", 15)],
  ["SELECT CASE WHEN A THEN 1 FROM S;", 27, near("FROM", 27)],
  ["CREATE STREAM S AS A FROM B;", 20, "missing 'SELECT' at 'A'"],
  ["CREATE STREAM S SELECT A FROM B;", 17, "missing ';' at 'SELECT'"],
  ["CREATE STREAM S (A) WITH (KAFKA_TOPIC='t');", 19, ""],
  ["CREATE STREAM S (A INT) (KAFKA_TOPIC='t');", 25, "Expecting {';', 'WITH'}"],
  ["CREATE STREAM S (A INT) WITH (KAFKA_TOPIC 't');", 43, "missing '=' at ''t''"],
  ["CREATE STREAM S (A INT) WITH KAFKA_TOPIC='t';", 30, "missing '(' at 'KAFKA_TOPIC'"],
  ["CREATE STREAM S (A INT) WITH (KAFKA_TOPIC='t' X=1);", 47, "Expecting {',', ')'}"],
  ["SELECT COUNT(*) FROM B WINDOW TUMBLING (5 SECONDS) GROUP BY A;", 41, "missing 'SIZE' at '5'"],
  ["SELECT COUNT(*) FROM B WINDOW X (SIZE 5 DAYS);", 33, "Expecting {'TUMBLING', 'HOPPING', 'SESSION'}"],
  ["INSERT INTO S (A, B) (1, 2);", 22, "missing 'VALUES' at '('"],
  ["INSERT INTO S VALUES 1, 2;", 22, "missing '(' at '1'"],
  ["SET a='b';", 5, "Expecting STRING"],
  ["SET 'a' 'b';", 9, "missing '=' at ''b''"],
])("%s", (sql, column, text) => {
  const message = `line 1:${column}: Syntax Error\n${text}\nStatement: ${sql}`;
  expect(() => parseStatements(sql)).toThrow(expect.objectContaining({ message }));
});

test.each(["REDUCE(A, 0, (X, Y) => X + Y)", "FILTER(A, (X) => X > 1)", "TRANSFORM(A, X => X)"])(
  "%s is a lambda function",
  (call) => {
    expect(() => parseStatements(`SELECT ${call} FROM S;`)).toThrow(
      "a lambda function is not supported by the built-in server; ksqlDB runs it",
    );
  },
);
