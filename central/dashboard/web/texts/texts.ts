import type { EN } from "./en/table.ts";
import type { Language } from "./language.ts";

/**
 * Every word of the page in one language. English is the model: a text that another language does not have, or has and
 * English has not, is a type error.
 */
export type Texts = Omit<typeof EN, "language"> & { readonly language: Language };
