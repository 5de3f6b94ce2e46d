import { estimatedWidth, type WidthOf } from "../rules/labels.ts";

/** The sizes of names on the map, px, as its style sheet has them. */
const SIZES = { whole: 12, small: 10 };

/** Measures names in the reader's own font: each system has another, and some are a sixth wider. */
export function measuredWidth(): WidthOf {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return estimatedWidth;
  const family = getComputedStyle(document.documentElement).fontFamily;
  return (name, small) => {
    context.font = `${small ? SIZES.small : SIZES.whole}px ${family}`;
    return context.measureText(name).width;
  };
}
