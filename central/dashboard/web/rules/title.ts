/** The document's title: what needs a look first, then what is open. */
export function titleOf(place: string | null, needing: number): string {
  return `${needing > 0 ? `(${needing}) ` : ""}${place === null ? "" : `${place} – `}Elevated`;
}
