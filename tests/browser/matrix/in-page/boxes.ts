/** CSS pixels of the viewport. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function common(x: Box, y: Box): Box {
  return {
    left: Math.max(x.left, y.left),
    top: Math.max(x.top, y.top),
    right: Math.min(x.right, y.right),
    bottom: Math.min(x.bottom, y.bottom),
  };
}

export function width({ left, right }: Box): number {
  return right - left;
}

export function height({ top, bottom }: Box): number {
  return bottom - top;
}

/** A short name of an element, for a reader of the source. */
export function nameOf(element: Element): string {
  return `${element.tagName.toLowerCase()}${[...element.classList].map((each) => `.${each}`).join("")}`;
}
