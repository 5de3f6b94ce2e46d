import { useEffect } from "preact/hooks";
import { INCIDENTS_HREF } from "../state/route.ts";

export interface Keys {
  readonly onHelp: () => void;
  /** Is a sheet open that Esc closes? */
  readonly sheetOpen: boolean;
}

/** Keys that work anywhere on the page: `/` searches, `t` goes to the trains, `i` to the incidents, `?` helps, Esc closes the sheet and gives the focus back. */
export function useKeys({ onHelp, sheetOpen }: Keys): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const typing = event.target instanceof HTMLInputElement;
      if (event.key === "Escape" && sheetOpen && !document.querySelector("dialog[open]")) closeSheet();
      else if (typing) return;
      else if (event.key === "?") onHelp();
      else if (event.key === "i") location.hash = INCIDENTS_HREF;
      else if (event.key === "t") focusOn(".train-link");
      else if (event.key === "/") {
        event.preventDefault();
        if (sheetOpen) closeSheet();
        focusOn("#search");
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [onHelp, sheetOpen]);
}

/** Back to the overview; the focus returns to the stop whose sheet it was. */
export function closeSheet(): void {
  const opened = location.hash;
  location.hash = "#/";
  focusOn(`a[href="${CSS.escape(opened)}"]`);
}

/** At once, so that no key typed next is lost; in the next frame where a sheet hid it until now. */
function focusOn(selector: string): void {
  const find = (): HTMLElement | null => document.querySelector(selector);
  const there = find();
  if (there) there.focus();
  else requestAnimationFrame(() => find()?.focus());
}
