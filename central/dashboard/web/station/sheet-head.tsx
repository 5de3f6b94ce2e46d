import type { ComponentChildren } from "preact";

/** A sheet's title, and how it is closed. */
export function SheetHead({ children }: { readonly children: ComponentChildren }) {
  return (
    <header class="sheet-head">
      {children}
      <a class="control sheet-close" href="#/">
        Close
      </a>
    </header>
  );
}
