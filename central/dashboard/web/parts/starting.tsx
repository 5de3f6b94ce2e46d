import { textOf } from "../rules/words.ts";
import { useTexts } from "../state/language.tsx";
import { useTimeline } from "../state/past.ts";
import { usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";

/** Nothing yet: what is up, and what is coming. */
export function Starting() {
  const texts = useTexts();
  const link = usePage((view) => view.link);
  const parts = usePage(({ state }) => state?.parts);
  const live = usePage(({ state }) => state?.live ?? false);
  const { past, waiting } = useTimeline();
  if (past || waiting) return <NoMoment waiting={waiting} />;
  return (
    <section class="starting" aria-labelledby="starting">
      <h2 id="starting">{heading(link.state, live, texts)}</h2>
      {parts && parts.length > 0 ? (
        <ul class="parts">
          {parts
            .filter(({ name }) => name !== "first-train")
            .map(({ name, state, ms }) => (
              <li key={name} data-ready={ms !== null}>
                <span>{partName(name, texts)}</span>
                <span class="muted">
                  {textOf(texts.page.starting.states, state)}
                  {ms === null ? "" : `, ${texts.delay(ms)}`}
                </span>
              </li>
            ))}
        </ul>
      ) : (
        <p class="muted">
          {link.state === "open" ? texts.page.starting.noData : texts.page.starting.waiting}
        </p>
      )}
    </section>
  );
}

/** The bar of the replay says why. */
function NoMoment({ waiting }: { readonly waiting: boolean }) {
  const { replay } = useTexts();
  return (
    <section class="starting" aria-labelledby="starting">
      <h2 id="starting">{waiting ? replay.waiting : replay.nothing}</h2>
      <p class="muted">{waiting ? replay.waitingMore : replay.nothingMore}</p>
    </section>
  );
}

/** kafka-2 is one of several. */
function partName(name: string, { page }: Texts): string {
  const kind = name.replace(/-\d+$/, "");
  const words = textOf(page.starting.parts, kind);
  return words === kind ? name : words;
}

function heading(link: string, live: boolean, { page: { starting } }: Texts): string {
  if (link !== "open") return starting.connecting;
  return live ? starting.noStation : starting.starting;
}
