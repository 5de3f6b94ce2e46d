import type { PageState } from "../../../../schemas/page/page.ts";

/** How the page stands with its server. Times by the browser's wall clock, epoch ms. */
export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "open" }
  /** `since`: the last message; `retryAt`: the next attempt, null while one runs. */
  | { readonly state: "lost"; readonly since: number; readonly retryAt: number | null };

/** All a component may draw. */
export interface View {
  readonly link: Link;
  /** null: nothing has come yet. */
  readonly state: PageState | null;
  readonly version: number;
  /** Add to the browser's clock to get the server's, ms. */
  readonly clockOffset: number;
  readonly paused: boolean;
  /** The sum in the document is not the one that was sent for its version: this page's own last step failed. */
  readonly misdrawn: boolean;
}
