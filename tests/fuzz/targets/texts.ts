/** Texts as inputs. */
export function texts(...list: readonly string[]): readonly Buffer[] {
  return list.map((text) => Buffer.from(text));
}

export function repeated(n: number, item: (i: number) => string, between = ","): string {
  return Array.from({ length: n }, (_, i) => item(i)).join(between);
}
