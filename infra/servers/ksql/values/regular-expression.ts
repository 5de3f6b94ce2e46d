import { RE2JS } from "re2js";
import { checkTextLength } from "./text-size.ts";

/**
 * Instructions times characters that one call may cost: about a second at the worst. The engine never backtracks, so
 * that time is linear in the text; a large expression on a long text is slow all the same.
 */
const MAX_WORK = 50_000_000;

/** One regular expression. Java's syntax without lookahead and back-references, which no linear engine has. */
export interface RegularExpression {
  /** Group `group` (0: all) of the first match; null: none. @throws Error when it would take too long. */
  extract(text: string, group: number): string | null;
  /** Every match replaced, `$1` being its first group as in Java. @throws Error when it would take too long. */
  replace(text: string, replacement: string): string;
}

/** @throws Error when this is no such expression: the message says where. */
export function regularExpression(pattern: string): RegularExpression {
  const compiled = compile(pattern);
  const size = compiled.programSize();
  const spend = (work: number): void => {
    if (work > MAX_WORK)
      throw new Error(`the regular expression takes too long on a text of this length: ${pattern}`);
  };
  return {
    extract(text, group) {
      spend(size * text.length);
      const matcher = compiled.matcher(text);
      return matcher.find() && group >= 0 && group <= matcher.groupCount() ? matcher.group(group) : null;
    },
    replace(text, replacement) {
      const matcher = compiled.matcher(text);
      let work = size * text.length;
      let matches = 0;
      for (spend(work); matcher.find(); spend(work)) {
        // Whether there is a next match may depend on all that follows.
        work += size * (text.length - matcher.end());
        matches++;
      }
      const groups = replacement.split("$").length - 1;
      checkTextLength(text.length + matches * replacement.length + groups * text.length);
      return compiled.matcher(text).replaceAll(replacement, true);
    },
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.LOOKBEHINDS);
  } catch (error) {
    throw new Error(`not a regular expression that this server knows: ${(error as Error).message}`);
  }
}
