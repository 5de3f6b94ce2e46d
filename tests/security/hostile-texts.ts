/** An element that runs what it holds, if a page takes it for one. */
export const HTML = '<img data-evil src=x onerror="globalThis.evil=1">';

const ESCAPE = String.fromCharCode(0x1b);
const C1_CSI = String.fromCharCode(0x9b);
const RIGHT_TO_LEFT = String.fromCharCode(0x202e);

/**
 * A name with all that a terminal obeys and a page might: clears the screen, sets the title, writes over the line, turns the
 * direction, and an element of HTML.
 */
export function hostile(name: string): string {
  const sequences = `${ESCAPE}[2J${ESCAPE}]0;evil\x07${C1_CSI}31m\r\b\0`;
  return `${name}${sequences}${RIGHT_TO_LEFT}gnp.exe${HTML}`;
}

/** What must be in no output. Line feeds and tabs are a table's own. */
export const OBEYED = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
