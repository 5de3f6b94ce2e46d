import type { StoryHop, StoryWait } from "../../../../schemas/page/story.ts";
import { signedDelay } from "../rules/story.ts";
import { figure, span, wall } from "../rules/words.ts";
import { useNow } from "../state/use.ts";
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
  const { name, title, what, promise, rule, code, state, at, tookMs, place, headers, bytes } = hop;
  const shown = Object.entries(headers);
  return (
    <li class="hop-card" data-hop={name} data-state={state} data-fault={wait?.fault ?? false}>
      <div class="hop-side">
        <span class="hop-number">{number}</span>
        <span class="number muted">{signedDelay(tookMs)}</span>
      </div>
      <section class="hop-body" aria-labelledby={`hop-${name}`}>
        <h3 id={`hop-${name}`} tabIndex={-1}>
          {title}
          <span class="visually-hidden">{STATE_WORDS[state]}</span>
        </h3>
        <p>{what}</p>
        {wait ? <Waiting wait={wait} paused={paused} /> : null}
        {at === null && !place ? null : (
          <p class="hop-place">
            {at === null ? null : <time dateTime={at}>{wall(Date.parse(at))}</time>}
            {place ? (
              <span>
                {place.topic}, partition {place.partition}, offset <strong>{figure(place.offset)}</strong>
              </span>
            ) : null}
          </p>
        )}
        {bytes.map((block) => (
          <BytesView key={block.name} block={block} />
        ))}
        {shown.length === 0 ? null : (
          <dl class="hop-headers" aria-label="Headers of the record">
            {shown.map(([header, value]) => (
              <div key={header}>
                <dt>
                  header “{header}” <span class="muted">{HEADER_MEANINGS[header]}</span>
                </dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        <p class="hop-promise">{promise}</p>
        <p class="hop-code muted">
          Delivery rule {rule}. Code: {code.join(", ")}
        </p>
      </section>
    </li>
  );
}

const HEADER_MEANINGS: Readonly<Record<string, string>> = {
  reading: "device; boot; number; presses by then",
  times: "when, by the clocks of service; device; agent; gateway; dedup",
  "gateway-time": "when the gateway took it, milliseconds since 1970",
  cut: "partition:offset up to which the clean topic is in this row",
};

const STATE_WORDS: Readonly<Record<StoryHop["state"], string>> = {
  passed: ", passed",
  here: ", it is here",
  ahead: ", not yet",
};

function Waiting({
  wait: { words, since, fault },
  paused,
}: {
  readonly wait: StoryWait;
  readonly paused: boolean;
}) {
  const now = useNow(1_000);
  return (
    <p class={fault ? "hop-wait act" : "hop-wait"}>
      {words}{" "}
      {since === null || paused ? null : <span class="number">For {span(now - Date.parse(since))}.</span>}
    </p>
  );
}
