/** How the network between a box and a gateway is. What does not arrive now arrives when it heals: TCP sends again. */
export interface Link {
  upCut: boolean;
  downCut: boolean;
  /** Added to each packet, ms. */
  delayMs: number;
}

export const CLEAR_LINK: Link = { upCut: false, downCut: false, delayMs: 0 };
