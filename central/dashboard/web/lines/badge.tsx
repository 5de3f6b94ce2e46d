import type { Line } from "../../../../schemas/network/network.ts";
import { LINE_LETTERS, LINE_NAMES } from "../rules/stops.ts";

/** The line's letter on its colour. */
export function LineBadge({ line }: { readonly line: Line }) {
  return (
    <abbr class={`badge line-${line}`} title={`${LINE_NAMES[line]} line`}>
      {LINE_LETTERS[line]}
    </abbr>
  );
}
