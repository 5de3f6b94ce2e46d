import { Ajv, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { RE2JS } from "re2js";
import { isJsonObject, type Json, parseJson, plainOf } from "../../../runtime/json/lossless.ts";

/** A pattern comes from a client: it is matched in linear time. */
const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.matcher(text).find() };
  },
  { code: "re2" },
);
/** `format` only describes, as in Confluent's validator unless it is told otherwise. */
const OPTIONS: Options = { strict: false, validateFormats: false, logger: false, code: { regExp: linear } };

/**
 * Does a value fit this JSON Schema? Draft 6 to 2020-12, by `$schema`; without it draft 7.
 *
 * @returns for a value, what is wrong with it; undefined: it fits.
 * @throws {Error} where it is no JSON Schema.
 */
export function jsonSchemaCheck(text: string): (value: Json) => string | undefined {
  const json = parseJson(text);
  if (!isJsonObject(json) && typeof json !== "boolean")
    throw new Error("a JSON Schema is an object, true or false");
  const schema = plainOf(json) as object | boolean;
  const dialect = isJsonObject(json) ? String(json.get("$schema") ?? "") : "";
  const ajv = /2020-12/.test(dialect)
    ? new Ajv2020(OPTIONS)
    : /2019-09/.test(dialect)
      ? new Ajv2019(OPTIONS)
      : new Ajv(OPTIONS);
  const { $schema: _, ...rest } =
    typeof schema === "boolean" ? {} : (schema as { readonly $schema?: unknown });
  const validate = ajv.compile(typeof schema === "boolean" ? schema : rest);
  return (value) => (validate(plainOf(value)) ? undefined : ajv.errorsText(validate.errors, { dataVar: "" }));
}
