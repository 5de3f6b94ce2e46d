import { type Json, type JsonNumber, writeJson } from "../../../runtime/json/lossless.ts";
import { javaDouble } from "../../../runtime/text/java-double.ts";
import { refusal } from "./refusal.ts";

/** A key or value in the request → the bytes that Kafka stores. null: none. */
export type Convert = (part: Json) => Buffer | null;

/** Standard Base64, padding as the sender likes it. @throws {RestError} 400 */
export const binaryBytes: Convert = (part) => {
  if (part === null) return null;
  if (typeof part !== "string") throw notBase64(writeJson(part));
  const letters = /^([A-Za-z0-9+/]*)=*$/.exec(part)?.[1];
  if (letters === undefined || letters.length % 4 === 1) throw notBase64(part);
  return Buffer.from(letters, "base64");
};

function notBase64(text: string): Error {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return refusal.badRequest(`data=${shown} is not a valid base64 string.`);
}

/** Compact JSON, members in the order sent, integers with all digits, fractions as Java prints a double. */
export const jsonBytes: Convert = (part) =>
  part === null ? null : Buffer.from(writeJson(part, numberText), "utf8");

function numberText(number: JsonNumber): string {
  if (!number.isInteger) return jsonDouble(Number(number.text));
  return number.text === "-0" ? "0" : number.text;
}

/** JSON has no number for what is beyond all: Jackson writes a string. */
function jsonDouble(value: number): string {
  const text = javaDouble(value);
  return Number.isFinite(value) ? text : JSON.stringify(text);
}
