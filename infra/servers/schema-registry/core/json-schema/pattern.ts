import { RE2JS } from "re2js";

/** A pattern of the schema's author, matched in linear time; undefined: one that RE2 does not know, which covers nothing. */
export function re2OrUndefined(pattern: string): { readonly test: (text: string) => boolean } | undefined {
  try {
    const compiled = RE2JS.compile(pattern);
    return { test: (text) => compiled.matcher(text).find() };
  } catch {
    return undefined;
  }
}
