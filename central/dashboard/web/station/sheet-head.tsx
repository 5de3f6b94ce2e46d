import type { ComponentChildren } from "preact";
import { useTexts } from "../state/language.tsx";

/** A sheet's title, and how it is closed. */
export function SheetHead({ children }: { readonly children: ComponentChildren }) {
  const { page } = useTexts();
  return (
    <header class="sheet-head">
      {children}
      <a class="control sheet-close" href="#/">
        {page.close}
      </a>
    </header>
  );
}
