import type { Line } from "../../../../schemas/network/network.ts";
import { LINE_LETTERS, LINE_NAMES } from "../rules/stops.ts";
import { useTexts } from "../state/language.tsx";

/** The line's letter on its colour. */
export function LineBadge({ line }: { readonly line: Line }) {
  const texts = useTexts();
  return (
    <abbr class={`badge line-${line}`} title={texts.lines.line(LINE_NAMES[line])}>
      {LINE_LETTERS[line]}
    </abbr>
  );
}
