/** `Application/JSON; charset=utf-8` → `application/json`. */
export function mediaTypeOf(header: string | undefined): string | undefined {
  const type = header?.split(";")[0]?.trim().toLowerCase();
  return type === "" ? undefined : type;
}

/**
 * Which of the offered types the client likes best (RFC 9110 §12.5.1); the server's order decides between equals.
 *
 * @param accept - the Accept header; absent or empty means anything.
 * @returns undefined when none will do: 406.
 */
export function negotiate(accept: string | undefined, offered: readonly string[]): string | undefined {
  const ranges = (accept ?? "").split(",").flatMap(rangeOf);
  if (ranges.length === 0) return offered[0];
  let best: { type: string; quality: number } | undefined;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > 0 && quality > (best?.quality ?? 0)) best = { type, quality };
  }
  return best?.type;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function rangeOf(text: string): Range[] {
  const type = mediaTypeOf(text);
  if (type === undefined) return [];
  const q = /;\s*q\s*=\s*([\d.]+)/i.exec(text)?.[1];
  return [{ type, quality: q === undefined ? 1 : Number(q) || 0 }];
}

/** The most exact range that covers the type decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const family = `${type.split("/")[0] ?? ""}/*`;
  for (const name of [type, family, "*/*"]) {
    const range = ranges.find((r) => r.type === name);
    if (range) return range.quality;
  }
  return 0;
}
