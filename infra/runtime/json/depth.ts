/** So deep may a request's JSON be: what walks it recurses, and no client here sends more than a few levels. */
export const MAX_REQUEST_DEPTH = 100;

/** Is this JSON text, valid or not, nested deeper than `depth`? Told before it is parsed, in one look at each character. */
export function isDeeperThan(text: string, depth: number): boolean {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at);
        break;
      case 0x5b:
      case 0x7b:
        if (++open > depth) return true;
        break;
      case 0x5d:
      case 0x7d:
        open--;
        break;
      default:
    }
  }
  return false;
}

/** Where the quote is that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c) at++;
    else if (unit === 0x22) return at;
  }
  return text.length;
}
