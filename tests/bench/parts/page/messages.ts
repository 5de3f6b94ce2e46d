/** A press at this station marks a moment: its count is seen by every page that got it. */
export const MARKED = 40380;

/** From the server's process: first where it is, at the end when it wrote each count, epoch ms. */
export type FromServer =
  | { readonly url: string }
  | { readonly written: readonly (readonly [number, number])[] };

/** From the viewers' process: first that all have a snapshot, at the end when each saw each count, epoch ms. */
export type FromViewers =
  | { readonly ready: true }
  | { readonly seen: readonly (readonly [number, readonly number[]])[]; readonly deltas: number };
