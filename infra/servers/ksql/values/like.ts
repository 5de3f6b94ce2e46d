import { RE2JS } from "re2js";
import { indexOf } from "./text-search.ts";

/** A piece of a pattern between two `%`: its text, or undefined where it has a `_`. */
type Piece = string | undefined;

/**
 * `LIKE`: `%` any text, `_` one character, case-sensitive; time linear in the text.
 *
 * @param escapeBy - the character that makes the next one literal.
 */
export function likeMatcher(pattern: string, escapeBy?: string): (text: string) => boolean {
  const { pieces, expression } = parsed(pattern, escapeBy);
  const plain = pieces.filter((piece): piece is string => piece !== undefined);
  if (plain.length === pieces.length) return (text) => matchesPieces(text, plain);
  const compiled = RE2JS.compile(`\\A(?:${expression})\\z`, RE2JS.DOTALL);
  return (text) => compiled.matcher(text).find();
}

/** The first piece begins the text, the last one ends it, and those between follow each other, each as early as it can. */
function matchesPieces(text: string, pieces: readonly string[]): boolean {
  const [first = ""] = pieces;
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? "";
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = indexOf(text, piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= end;
}

function parsed(
  pattern: string,
  escapeBy: string | undefined,
): { readonly pieces: readonly Piece[]; readonly expression: string } {
  const pieces: Piece[] = [];
  const expression: string[] = [];
  let piece: Piece = "";
  let literal = "";
  const endLiteral = (): void => {
    if (literal !== "") expression.push(RE2JS.quote(literal));
    literal = "";
  };
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? "";
    if (c === "%") {
      endLiteral();
      // Several in a row mean the same as one.
      if (expression.at(-1) !== ".*") expression.push(".*");
      pieces.push(piece);
      piece = "";
    } else if (c === "_") {
      endLiteral();
      expression.push(".");
      piece = undefined;
    } else {
      const escaped: boolean = c === escapeBy && i + 1 < pattern.length;
      const character = escaped ? (pattern[++i] ?? "") : c;
      literal += character;
      if (piece !== undefined) piece += character;
    }
  }
  endLiteral();
  return { pieces: [...pieces, piece], expression: expression.join("") };
}
