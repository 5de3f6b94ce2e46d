import type { ByteSpan, SpanKind } from "../../../../../schemas/page/story.ts";

/** A span with its place in the value's structure: `runs[0].readings[3].total`; empty for what frames the value. */
export interface PlacedSpan extends ByteSpan {
  readonly path: string;
}

export interface SpanWords {
  readonly kind: SpanKind;
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
  readonly path?: string;
}

/** The span of `bytes` from `from` up to `to`. */
export function spanOf(bytes: Buffer, from: number, to: number, words: SpanWords): PlacedSpan {
  return { path: "", ...words, offset: from, length: to - from, hex: bytes.toString("hex", from, to) };
}

/** The same spans in a block in which `by` bytes stand before them. */
export function shifted(spans: readonly PlacedSpan[], by: number): PlacedSpan[] {
  return spans.map((span) => ({ ...span, offset: span.offset + by }));
}

/** Bytes that nothing keeps: the span stays, its bytes do not. */
export function withheld(spans: readonly PlacedSpan[], name: string, why: string): PlacedSpan[] {
  return spans.map((span) =>
    span.name === name ? { ...span, hex: null, kind: "left-out", value: "not kept", meaning: why } : span,
  );
}

/**
 * Neighbours with the same group become one span without bytes.
 *
 * @param groupOf - which group a span belongs to; undefined: it is shown by itself.
 * @param words - of a group.
 */
export function folded(
  spans: readonly PlacedSpan[],
  groupOf: (span: PlacedSpan) => string | undefined,
  words: (group: string, spans: readonly PlacedSpan[]) => Pick<SpanWords, "name" | "value" | "meaning">,
): PlacedSpan[] {
  const out: PlacedSpan[] = [];
  for (let i = 0; i < spans.length; ) {
    const first = spans[i] as PlacedSpan;
    const group = groupOf(first);
    let end = i + 1;
    if (group !== undefined) while (end < spans.length && groupOf(spans[end] as PlacedSpan) === group) end++;
    const some = spans.slice(i, end);
    if (group === undefined) out.push(first);
    else {
      const length = some.reduce((sum, span) => sum + span.length, 0);
      out.push({
        ...words(group, some),
        kind: "left-out",
        path: group,
        offset: first.offset,
        length,
        hex: null,
      });
    }
    i = end;
  }
  return out;
}

export function plainSpan({ path: _, ...span }: PlacedSpan): ByteSpan {
  return span;
}
