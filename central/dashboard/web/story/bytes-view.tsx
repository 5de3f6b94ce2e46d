import { useId, useRef, useState } from "preact/hooks";
import type { ByteSpan, BytesBlock, BytesOrigin } from "../../../../schemas/page/story.ts";
import { pairs } from "../rules/story.ts";
import { figure, plural } from "../rules/words.ts";

const ORIGIN_WORDS: Readonly<Record<BytesOrigin, string>> = {
  ring: "read from the device's ring",
  kafka: "read from Kafka",
  rebuilt: "made again",
};

/** Bytes, taken apart: point at some, or go through them by arrows, and read what they mean. */
export function BytesView({ block: { name, origin, note, length, spans } }: { readonly block: BytesBlock }) {
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
        <strong>{name}</strong>, {plural(length, "byte")},{" "}
        <span class="bytes-origin">{ORIGIN_WORDS[origin]}</span>
      </figcaption>
      <div
        ref={row}
        class="bytes-row"
        role="toolbar"
        aria-label={`${name}: ${plural(length, "byte")}. Arrow keys go from field to field.`}
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
        {chosen ? <About one={chosen} /> : <span class="muted">{note}</span>}
      </p>
      <Fields spans={spans} />
    </figure>
  );
}

function About({ one }: { readonly one: ByteSpan }) {
  return (
    <>
      <strong>
        {one.name}: {one.value}
      </strong>{" "}
      {one.meaning}{" "}
      {one.stuffed ? "Underlined bytes stand for 00: each says how far the next zero is. " : null}
      <span class="muted">
        {one.length === 1
          ? `Byte ${figure(one.offset)}.`
          : `Bytes ${figure(one.offset)} to ${figure(one.offset + one.length - 1)}.`}
      </span>
    </>
  );
}

/** The same as a table: for paper, and for those who read from top to bottom. */
function Fields({ spans }: Pick<BytesBlock, "spans">) {
  return (
    <details>
      <summary>All {plural(spans.length, "field")}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">bytes</th>
            <th scope="col">field</th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {spans.map((one) => (
            <tr key={one.offset} data-kind={one.kind}>
              <td>
                <Digits one={one} />
              </td>
              <th scope="row">{one.name}</th>
              <td>
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
  if (one.hex === null)
    return <>{one.length <= 2 ? "·· ".repeat(one.length).trim() : `… ${figure(one.length)} bytes …`}</>;
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
