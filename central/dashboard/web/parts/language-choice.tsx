import { useState } from "preact/hooks";
import { useSpeak, useTexts } from "../state/language.tsx";
import { LANGUAGE_NAMES, LANGUAGES, type Language } from "../texts/language.ts";

/** Each language stands under its own name, and the heading in both. A reader of only one of them finds it. */
export function LanguageChoice() {
  const { language: spoken, page } = useTexts();
  const speak = useSpeak();
  const [failed, setFailed] = useState(false);
  const choose = (language: Language): void => {
    speak(language).then(
      () => setFailed(false),
      () => setFailed(true),
    );
  };
  return (
    <fieldset class="languages">
      <legend>
        Language · <span lang="es">Idioma</span>
      </legend>
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          class="control"
          lang={language}
          aria-pressed={language === spoken}
          onClick={() => choose(language)}
        >
          {LANGUAGE_NAMES[language]}
        </button>
      ))}
      {failed ? (
        <span class="act" role="alert">
          {page.noPart}
        </span>
      ) : null}
    </fieldset>
  );
}
