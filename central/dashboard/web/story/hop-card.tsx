import type { StoryHop, StoryHopName, StoryWait } from "../../../../schemas/page/story.ts";
import { signedDelay } from "../rules/story.ts";
import { textOf } from "../rules/words.ts";
import { useTexts } from "../state/language.tsx";
import { useNow } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";
import { BytesView } from "./bytes-view.tsx";

interface Props {
  readonly hop: StoryHop;
  readonly number: number;
  /** Why the reading is not further than here; null: it is elsewhere. */
  readonly wait: StoryWait | null;
  readonly paused: boolean;
}

/** One hop: what happens here, the bytes that lie here, and what is promised. */
export function HopCard({ hop, number, wait, paused }: Props) {
  const texts = useTexts();
  const { name, rule, code, state, at, tookMs, place, headers, bytes } = hop;
  const { title, what, promise } = texts.story.hop(hop);
  const shown = Object.entries(headers);
  return (
    <li class="hop-card" data-hop={name} data-state={state} data-fault={wait?.fault ?? false}>
      <div class="hop-side">
        <span class="hop-number">{number}</span>
        <span class="number muted">{signedDelay(tookMs, texts)}</span>
      </div>
      <section class="hop-body" aria-labelledby={`hop-${name}`}>
        <h3 id={`hop-${name}`} tabIndex={-1}>
          {title}
          <span class="visually-hidden">{texts.story.states[state]}</span>
        </h3>
        <p>{what}</p>
        {wait ? <Waiting wait={wait} hop={name} paused={paused} /> : null}
        {at === null && !place ? null : (
          <p class="hop-place">
            {at === null ? null : <time dateTime={at}>{texts.wall(Date.parse(at))}</time>}
            {place ? (
              <span>
                {texts.story.place(place.topic, place.partition)}
                <strong>{texts.figure(place.offset)}</strong>
              </span>
            ) : null}
          </p>
        )}
        {bytes.map((block) => (
          <BytesView key={block.name} block={block} />
        ))}
        {shown.length === 0 ? null : (
          <dl class="hop-headers" aria-label={texts.story.headers}>
            {shown.map(([header, value]) => (
              <div key={header}>
                <dt>
                  {texts.story.header(header)}
                  <span class="muted">{meaningOf(header, texts)}</span>
                </dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        <p class="hop-promise">{promise}</p>
        <p class="hop-code muted">{texts.story.rule(rule, code.join(", "))}</p>
      </section>
    </li>
  );
}

/** Empty: nothing is said of this header. */
function meaningOf(header: string, { story }: Texts): string {
  const meaning = textOf(story.headerMeanings, header);
  return meaning === header ? "" : meaning;
}

interface WaitingProps {
  readonly wait: StoryWait;
  readonly hop: StoryHopName;
  readonly paused: boolean;
}

function Waiting({ wait, hop, paused }: WaitingProps) {
  const texts = useTexts();
  const { since, fault } = wait;
  const now = useNow(1_000);
  return (
    <p class={fault ? "hop-wait act" : "hop-wait"}>
      {texts.story.wait(wait, hop)}{" "}
      {since === null || paused ? null : (
        <span class="number">{texts.story.since(now - Date.parse(since))}</span>
      )}
    </p>
  );
}
