import type { CreateStatement, PropertyValue } from "../sql/ast.ts";

/** Properties of a session that stand in for what a statement's WITH clause leaves out. */
const FORMATS = {
  KEY_FORMAT: "persistence.default.format.key",
  VALUE_FORMAT: "persistence.default.format.value",
} as const;

/** A statement with the session's formats, or its prefix of the topic's name, in place of what it leaves out. */
export function withDefaults(
  statement: CreateStatement,
  session: Readonly<Record<string, string>>,
): CreateStatement {
  const { name, properties, query } = statement;
  if (query) {
    const prefix = session["output.topic.name.prefix"] ?? "";
    if (prefix === "" || properties["KAFKA_TOPIC"] !== undefined) return statement;
    return { ...statement, properties: { ...properties, KAFKA_TOPIC: prefix + name } };
  }
  if (properties["FORMAT"] !== undefined) return statement;
  const added: Record<string, PropertyValue> = {};
  for (const [name, setting] of Object.entries(FORMATS)) {
    const format = session[setting];
    if (properties[name] === undefined && format !== undefined) added[name] = format;
  }
  return { ...statement, properties: { ...properties, ...added } };
}

/** Does a single value stand in an object of its own where the WITH clause says nothing? */
export function wrapsSingleValues(session: Readonly<Record<string, string>>): boolean {
  return session["persistence.wrap.single.values"]?.toLowerCase() !== "false";
}
