import { useEffect, useRef, useState } from "preact/hooks";
import { isOpen } from "../../../../schemas/audit.ts";
import type { FindingAnswer } from "../../../../schemas/page/api.ts";
import { asOf, CAUSE_WORDS, fleetSentence, HOP_WORDS, headline, sentence } from "../rules/proof-words.ts";
import { figure, plural } from "../rules/words.ts";
import { useTimeline } from "../state/past.ts";
import { useNow, usePage } from "../state/use.ts";
import { FindingView } from "./finding.tsx";

/** The doubter's other sheet: what the auditor has found, with the records that show it, and what it compares. */
export function ProofSheet({ finding }: { readonly finding: string | null }) {
  const proof = usePage(({ state }) => state?.proof ?? null);
  const now = useNow(1_000);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="sheet" aria-labelledby="proof-sheet">
      <header class="sheet-head">
        <h2 id="proof-sheet" ref={heading} tabIndex={-1}>
          The proof
        </h2>
        <a class="control sheet-close" href="#/">
          Close
        </a>
      </header>
      {proof ? (
        <>
          <p class="proof-lead" data-state={proof.state}>
            <strong>{headline(proof)}</strong> <span class="muted">{asOf(proof, now)}</span>
          </p>
          {proof.reasons.length > 0 ? (
            <ul class="proof-reasons">
              {proof.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          ) : (
            <p>{sentence(proof)}</p>
          )}
          {proof.arrivals ? (
            <p class="muted">
              Arrivals of trains: {figure(proof.arrivals.devices)} counted by sensors,{" "}
              {figure(proof.arrivals.clean)} clean, {figure(proof.arrivals.waiting)} on the way,{" "}
              {figure(proof.arrivals.lost)} lost.
            </p>
          ) : null}
        </>
      ) : null}
      {proof?.fleet ? (
        <p class="muted">
          {fleetSentence(proof.fleet)} {proof.fleet.reasons.join(" ")}
        </p>
      ) : null}
      <Findings key={JSON.stringify(proof?.findings)} wanted={finding} />
      <section class="sheet-part">
        <h3>What is compared</h3>
        <p class="muted">
          An auditor reads every record, not what others say of it. Each number that an agent had acknowledged
          must be in the raw topic; each number there that dedup has dealt with must be in the clean topic,
          once and in order; each station's sum must be the number of its clean records. What differs is named
          here until an operator resolves it: npm run audit -- resolve ID --reason "…"
        </p>
      </section>
    </section>
  );
}

function Findings({ wanted }: { readonly wanted: string | null }) {
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
  if (findings.length === 0) return <p class="sheet-part">Nothing was ever found to be wrong, or lost.</p>;
  const groups = [
    { name: "Open", of: findings.filter(isOpen) },
    { name: "Lost, with a cause", of: findings.filter(({ cause, resolved }) => cause !== null && !resolved) },
    { name: "Resolved", of: findings.filter(({ resolved }) => resolved) },
  ];
  return (
    <>
      {groups.map(({ name, of }) =>
        of.length === 0 ? null : (
          <section key={name} class="sheet-part" aria-label={name}>
            <h3>
              {name}: {plural(of.length, "finding")}
            </h3>
            {of.map((one) => (
              <FindingView
                key={one.id}
                finding={one}
                place={HOP_WORDS[one.hop]}
                cause={one.cause && CAUSE_WORDS[one.cause]}
                wanted={one.id === wanted}
              />
            ))}
          </section>
        ),
      )}
    </>
  );
}
