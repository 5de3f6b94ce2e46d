import { type Box, common, height, nameOf, width } from "./boxes.ts";

/** One line of a text as it is seen. */
interface Line {
  readonly node: Node;
  readonly words: string;
  readonly layer: Element;
  readonly box: Box;
}

/** Read by a screen reader only. */
const UNSEEN = ".visually-hidden, noscript, title";
/** They move, and are judged apart. */
const MOVING = ".train, .vehicle";
/** They are swiped sideways. */
const SWIPED = "pre, .past-controls, .command, .bytes";
/** Cut on purpose: the whole stands in the title. */
const SHORTENED = "[title]";

/** Texts that are cut, stand beside the page, or over one another. */
export function wrongTexts(): string[] {
  const found: string[] = [];
  const lines: Line[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) lines.push(...linesOf(walker.currentNode, found));
  for (const [n, line] of lines.entries()) {
    for (const other of lines.slice(n + 1)) {
      if (line.layer !== other.layer || line.node === other.node) continue;
      const shared = common(line.box, other.box);
      if (width(shared) > 2 && height(shared) > 1)
        found.push(`over each other: "${line.words.slice(0, 30)}" and "${other.words.slice(0, 30)}"`);
    }
  }
  return found;
}

function linesOf(node: Node, found: string[]): Line[] {
  const words = node.textContent?.trim() ?? "";
  const element = node.parentElement;
  if (words === "" || !element?.checkVisibility({ visibilityProperty: true })) return [];
  if (
    element.closest(UNSEEN) ||
    element.closest(MOVING) ||
    element.closest(".control-word")?.clientWidth === 1
  )
    return [];
  // A box round a slanting name says nothing of what it covers.
  if (isSlanting(element)) return [];
  const range = document.createRange();
  range.selectNodeContents(node);
  const layer = layerOf(element);
  return [...range.getClientRects()].flatMap((rect) => {
    const { box, cutBy } = seenPart(element, rect);
    const start = words.slice(0, 40);
    if (cutBy && !element.closest(SHORTENED)) found.push(`cut: "${start}" by ${nameOf(cutBy)}`);
    if (width(box) < 1 || height(box) < 1) return [];
    if (!element.closest(SWIPED) && (box.right > innerWidth + 1 || box.left < -1))
      found.push(`beside the page: "${start}"`);
    // Lines of text stand closer than their boxes.
    const slack = Math.min(4, height(box) / 4);
    return [{ node, words, layer, box: { ...box, top: box.top + slack, bottom: box.bottom - slack } }];
  });
}

function isSlanting(element: Element): boolean {
  return new DOMMatrix(getComputedStyle(element).transform).b !== 0;
}

/** What covers others on purpose is a layer of its own. */
function layerOf(element: Element): Element {
  for (let at: Element | null = element; at; at = at.parentElement) {
    if (at instanceof HTMLDialogElement || /fixed|sticky/.test(getComputedStyle(at).position)) return at;
  }
  return document.documentElement;
}

/** The part that all frames around it show, and the frame that cuts some of it for good. */
function seenPart(element: Element, whole: Box): { readonly box: Box; readonly cutBy: Element | null } {
  let box = whole;
  let cutBy: Element | null = null;
  for (let at: Element | null = element; at && at !== document.body; at = at.parentElement) {
    const { overflowX, overflowY, position } = getComputedStyle(at);
    if (!(at instanceof SVGElement) && (overflowX !== "visible" || overflowY !== "visible")) {
      const inside = common(box, at.getBoundingClientRect());
      const scrolls = /auto|scroll/.test(overflowX + overflowY);
      const cut = width(box) - width(inside) > 2 || height(box) - height(inside) > 4;
      if (cut && !scrolls) cutBy ??= at;
      box = inside;
    }
    if (position === "fixed") break;
  }
  return { box, cutBy };
}
