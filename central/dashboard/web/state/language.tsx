import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import { EN } from "../texts/en/table.ts";
import { type Language, languageOf, searchIn } from "../texts/language.ts";
import type { Texts } from "../texts/texts.ts";

const KEY = "elevated-language";

interface Speech {
  readonly texts: Texts;
  /** Resolves when the page speaks it; rejects where its table does not come. */
  readonly speak: (language: Language) => Promise<void>;
}

const SpeechContext = createContext<Speech>({ texts: EN, speak: () => Promise.resolve() });

/** Every word of the page, in the reader's language. */
export function useTexts(): Texts {
  return useContext(SpeechContext).texts;
}

export function useSpeak(): Speech["speak"] {
  return useContext(SpeechContext).speak;
}

/** For elements whose words come from the server, which speaks English: a screen reader must know. */
export function serverWords({ language }: Texts): { readonly lang?: Language } {
  return language === "en" ? {} : { lang: "en" };
}

interface Props {
  readonly first: Texts;
  readonly children: ComponentChildren;
}

/** Keeps the language: a choice is remembered, and stands in the address, so that a link shows what its sender saw. */
export function SpeechProvider({ first, children }: Props) {
  const [texts, setTexts] = useState(first);
  useLayoutEffect(() => {
    document.documentElement.lang = texts.language;
  }, [texts]);
  const speak = async (language: Language): Promise<void> => {
    setTexts(await textsIn(language));
    store(language);
    const { pathname, search, hash } = location;
    history.replaceState(null, "", `${pathname}${searchIn(search, language)}${hash}`);
  };
  return <SpeechContext.Provider value={{ texts, speak }}>{children}</SpeechContext.Provider>;
}

/** The table to begin with. Where another language's does not come, the page speaks English. */
export function firstTexts(): Promise<Texts> {
  const { search } = location;
  const language = languageOf({ search, stored: stored(), preferred: navigator.languages });
  return textsIn(language).catch(() => EN);
}

/** English is part of the page; another language is fetched when somebody wants it. */
async function textsIn(language: Language): Promise<Texts> {
  return language === "en" ? EN : (await import("../texts/es/table.ts")).ES;
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function store(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A private window: the choice lasts as long as the address has it.
  }
}
