import { useEffect, useRef, useState } from "preact/hooks";
import { isOpen } from "../../../../schemas/audit.ts";
import type { FindingAnswer } from "../../../../schemas/page/api.ts";
import type { ArrivalsProof } from "../../../../schemas/page/proof.ts";
import { asOf, fleetSentence, headline, sentence } from "../rules/proof-words.ts";
import { serverWords, useTexts } from "../state/language.tsx";
import { useTimeline } from "../state/past.ts";
import { useNow, usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";
import { FindingView } from "./finding.tsx";

/** The doubter's other sheet: what the auditor has found, with the records that show it, and what it compares. */
export function ProofSheet({ finding }: { readonly finding: string | null }) {
  const texts = useTexts();
  const proof = usePage(({ state }) => state?.proof ?? null);
  const now = useNow(1_000);
  const reasons = proof ? texts.proof.reasons(proof, now) : [];
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="sheet" aria-labelledby="proof-sheet">
      <header class="sheet-head">
        <h2 id="proof-sheet" ref={heading} tabIndex={-1}>
          {texts.proof.sheet.title}
        </h2>
        <a class="control sheet-close" href="#/">
          {texts.page.close}
        </a>
      </header>
      {proof ? (
        <>
          <p class="proof-lead" data-state={proof.state}>
            <strong>{headline(proof, texts)}</strong> <span class="muted">{asOf(proof, now, texts)}</span>
          </p>
          {reasons.length > 0 ? (
            <ul class="proof-reasons">
              {reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          ) : (
            <p>{sentence(proof, texts)}</p>
          )}
          {proof.arrivals ? <p class="muted">{arrivalsOf(proof.arrivals, texts)}</p> : null}
        </>
      ) : null}
      {proof?.fleet ? (
        <p class="muted">
          {fleetSentence(proof.fleet, texts)}{" "}
          <span {...serverWords(texts)}>{proof.fleet.reasons.join(" ")}</span>
        </p>
      ) : null}
      <Findings key={JSON.stringify(proof?.findings)} wanted={finding} />
      <section class="sheet-part">
        <h3>{texts.proof.sheet.compared}</h3>
        <p class="muted">{texts.proof.sheet.comparedMore} npm run audit -- resolve ID --reason "…"</p>
      </section>
    </section>
  );
}

function arrivalsOf({ devices, clean, waiting, lost }: ArrivalsProof, { proof }: Texts): string {
  return proof.sheet.arrivals(devices, clean, waiting, lost);
}

function Findings({ wanted }: { readonly wanted: string | null }) {
  const texts = useTexts();
  const [all, setFindings] = useState<readonly FindingAnswer[] | null>(null);
  const now = useNow(1_000);
  const { past } = useTimeline();
  useEffect(() => {
    const abort = new AbortController();
    fetch("/api/v1/proof/findings", { signal: abort.signal })
      .then(async (answer) => setFindings((await answer.json()) as FindingAnswer[]))
      .catch(() => {});
    return () => abort.abort();
  }, []);
  if (all === null) return null;
  const findings = past ? all.filter(({ firstSeen }) => Date.parse(firstSeen) <= now) : all;
  if (findings.length === 0) return <p class="sheet-part">{texts.proof.sheet.nothingFound}</p>;
  const groups = [
    { name: texts.proof.sheet.open, of: findings.filter(isOpen) },
    {
      name: texts.proof.sheet.lost,
      of: findings.filter(({ cause, resolved }) => cause !== null && !resolved),
    },
    { name: texts.proof.sheet.resolved, of: findings.filter(({ resolved }) => resolved) },
  ];
  return (
    <>
      {groups.map(({ name, of }) =>
        of.length === 0 ? null : (
          <section key={name} class="sheet-part" aria-label={name}>
            <h3>{texts.proof.sheet.group(name, of.length)}</h3>
            {of.map((one) => (
              <FindingView
                key={one.id}
                finding={one}
                place={texts.proof.hops[one.hop]}
                cause={one.cause && texts.proof.causes[one.cause]}
                wanted={one.id === wanted}
              />
            ))}
          </section>
        ),
      )}
    </>
  );
}
