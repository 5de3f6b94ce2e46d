/** Along a line by the arrows that lie on it, to the neighbouring line by the others. */
export function walkStops(event: KeyboardEvent): void {
  if (!(event.target instanceof Element) || event.altKey || event.ctrlKey || event.metaKey) return;
  const stop = event.target.closest("li");
  const list = stop?.parentElement;
  if (!stop || !list) return;
  const found = target(event.key, stop, list)?.querySelector("a");
  if (!found) return;
  event.preventDefault();
  found.focus();
}

function target(key: string, stop: Element, list: Element): Element | null | undefined {
  const down = list.classList.contains("rows");
  switch (key) {
    case down ? "ArrowUp" : "ArrowLeft":
      return stop.previousElementSibling;
    case down ? "ArrowDown" : "ArrowRight":
      return stop.nextElementSibling;
    case "Home":
      return list.firstElementChild;
    case "End":
      return list.lastElementChild;
    case "ArrowUp":
      return down ? null : across(stop, list, -1);
    case "ArrowDown":
      return down ? null : across(stop, list, 1);
    default:
      return null;
  }
}

/** The stop that is nearest on the line above or below. */
function across(stop: Element, list: Element, by: 1 | -1): Element | undefined {
  const lists = [...document.querySelectorAll(".stops")];
  const other = lists[lists.indexOf(list) + by];
  const x = centre(stop);
  return [...(other?.children ?? [])].sort((a, b) => Math.abs(centre(a) - x) - Math.abs(centre(b) - x))[0];
}

function centre(element: Element): number {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
}
