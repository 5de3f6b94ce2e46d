/** The languages of the page, each with its own name for itself. */
export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", es: "Español" };

/** What the choice depends on. */
export interface Wishes {
  /** The address's query: `?lang=es`. */
  readonly search: string;
  /** What the reader chose before; null: nothing. */
  readonly stored: string | null;
  /** The browser's languages, the preferred one first. */
  readonly preferred: readonly string[];
}

/** The address decides, else what the reader chose before, else the browser's languages; English where none of them is ours. */
export function languageOf({ search, stored, preferred }: Wishes): Language {
  const asked = new URLSearchParams(search).get("lang");
  const wishes = [asked, stored, ...preferred].flatMap((wish) => known(wish) ?? []);
  return wishes[0] ?? "en";
}

/** "es-MX" is Spanish. */
function known(wish: string | null): Language | undefined {
  const [primary] = (wish ?? "").toLowerCase().split("-");
  return LANGUAGES.find((language) => language === primary);
}

/** An address's query that asks for this language. What else is in it stays as it was written. */
export function searchIn(search: string, language: Language): string {
  const others = search
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => part !== "" && !/^lang(=|$)/.test(part));
  return `?${[...others, `lang=${language}`].join("&")}`;
}
