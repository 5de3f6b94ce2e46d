import { useId, useRef, useState } from "preact/hooks";
import type { ByteSpan, BytesBlock } from "../../../../schemas/page/story.ts";
import { pairs } from "../rules/story.ts";
import { serverWords, useTexts } from "../state/language.tsx";

/** Bytes, taken apart: point at some, or go through them by arrows, and read what they mean. */
export function BytesView({ block: { name, origin, note, length, spans } }: { readonly block: BytesBlock }) {
  const texts = useTexts();
  const [at, setAt] = useState<number | null>(null);
  const [focused, setFocused] = useState(0);
  const row = useRef<HTMLDivElement>(null);
  const about = useId();
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -spans.length, End: spans.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(spans.length - 1, Math.max(0, focused + step));
    row.current?.querySelectorAll("button")[next]?.focus();
  };
  const chosen = at === null ? undefined : spans[at];
  return (
    <figure class="bytes" data-origin={origin}>
      <figcaption>
        <strong {...serverWords(texts)}>{name}</strong>, {texts.story.bytes(length)},{" "}
        <span class="bytes-origin">{texts.story.origins[origin]}</span>
      </figcaption>
      <div
        ref={row}
        class="bytes-row"
        role="toolbar"
        aria-label={texts.story.arrows(name, length)}
        onKeyDown={move}
        onMouseLeave={() => setAt(null)}
      >
        {spans.map((one, i) => (
          <button
            key={one.offset}
            type="button"
            class="span"
            data-kind={one.kind}
            data-name={one.name}
            aria-pressed={i === at}
            aria-describedby={about}
            tabIndex={i === focused ? 0 : -1}
            onFocus={() => {
              setFocused(i);
              setAt(i);
            }}
            onMouseEnter={() => setAt(i)}
            onClick={() => setAt(i)}
          >
            <span class="visually-hidden">
              {one.name}: {one.value},{" "}
            </span>
            <Digits one={one} />
          </button>
        ))}
      </div>
      <p class="bytes-about" id={about}>
        {chosen ? (
          <About one={chosen} />
        ) : (
          <span class="muted" {...serverWords(texts)}>
            {note}
          </span>
        )}
      </p>
      <Fields spans={spans} />
    </figure>
  );
}

function About({ one }: { readonly one: ByteSpan }) {
  const texts = useTexts();
  return (
    <>
      <span {...serverWords(texts)}>
        <strong>
          {one.name}: {one.value}
        </strong>{" "}
        {one.meaning}
      </span>{" "}
      {one.stuffed ? texts.story.stuffed : null}
      <span class="muted">
        {one.length === 1
          ? texts.story.byte(one.offset)
          : texts.story.byteRange(one.offset, one.offset + one.length - 1)}
      </span>
    </>
  );
}

/** The same as a table: for paper, and for those who read from top to bottom. */
function Fields({ spans }: Pick<BytesBlock, "spans">) {
  const texts = useTexts();
  return (
    <details>
      <summary>{texts.story.fields(spans.length)}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.story.bytesHead}</th>
            <th scope="col">{texts.story.field}</th>
            <th scope="col">{texts.story.value}</th>
          </tr>
        </thead>
        <tbody>
          {spans.map((one) => (
            <tr key={one.offset} data-kind={one.kind}>
              <td>
                <Digits one={one} />
              </td>
              <th scope="row" {...serverWords(texts)}>
                {one.name}
              </th>
              <td {...serverWords(texts)}>
                {one.value}
                <span class="muted field-meaning">{one.meaning}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Digits({ one }: { readonly one: ByteSpan }) {
  const texts = useTexts();
  if (one.hex === null)
    return <>{one.length <= 2 ? "·· ".repeat(one.length).trim() : texts.story.leftOut(one.length)}</>;
  return (
    <>
      {pairs(one).map(({ byte, stuffed }, i) => (
        <>
          {i > 0 ? " " : ""}
          {stuffed ? <u>{byte}</u> : byte}
        </>
      ))}
    </>
  );
}
