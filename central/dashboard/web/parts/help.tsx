import { useEffect, useRef } from "preact/hooks";
import { useTexts } from "../state/language.tsx";
import { STORY_HREF } from "../state/route.ts";
import { LanguageChoice } from "./language-choice.tsx";

/** Keys in the order of the list; those whose name differs by language have it in the table of texts. */
const KEYS = [
  ["along", "← →"],
  ["across", "↑ ↓"],
  ["trains", "T"],
  ["incidents", "I"],
  ["open", null],
  ["close", "Esc"],
  ["find", "/"],
  ["slider", null],
  ["help", "?"],
] as const;

interface Props {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** What the keys do, and how to read the marks. */
export function Help({ open, onClose }: Props) {
  const { help, page } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help" onClose={onClose}>
      <h2 id="help">{help.title}</h2>
      <LanguageChoice />
      <dl>
        {KEYS.map(([does, key]) => (
          <div key={does}>
            <dt>
              <kbd>{key ?? help.keyNames[does]}</kbd>
            </dt>
            <dd>{help.keys[does]}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={STORY_HREF} onClick={onClose}>
          {help.follow}
        </a>{" "}
        {help.followMore}
      </p>
      <h3>{help.wordsTitle}</h3>
      <dl class="help-words">
        {Object.values(help.words).map(([word, means]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <h3>{help.marksTitle}</h3>
      <p>{help.marks}</p>
      <p>{help.bars}</p>
      <button type="button" class="control" onClick={onClose}>
        {page.close}
      </button>
    </dialog>
  );
}
