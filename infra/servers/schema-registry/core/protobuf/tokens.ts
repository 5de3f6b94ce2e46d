/** Longest first: texts, comments, blanks, numbers and names, then single characters. */
const TOKEN =
  /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\s+|[+-]?\.?\d[\w.+-]*|[A-Za-z_][\w.]*|\.[A-Za-z_][\w.]*|[\s\S]/y;

/** A schema's words and signs, without comments and blanks. Dotted names are one. Linear in the text. */
export function* tokens(text: string): Generator<string> {
  TOKEN.lastIndex = 0;
  let position = 0;
  while (position < text.length) {
    TOKEN.lastIndex = position;
    const [token = text[position] ?? ""] = TOKEN.exec(text) ?? [];
    position += token.length;
    if (/^\s/.test(token) || token.startsWith("//") || (token.startsWith("/*") && token.length > 3)) continue;
    if (token === '"' || token === "'" || (token === "/" && text[position] === "*"))
      throw new Error(`the text or comment at position ${position - 1} does not end`);
    yield token;
  }
}
