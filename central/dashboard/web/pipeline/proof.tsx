import { LOSS_CAUSES } from "../../../../schemas/audit.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import {
  asOf,
  headline,
  lossWords,
  pagesBehind,
  STATE_SIGNS,
  sentence,
  terms,
} from "../rules/proof-words.ts";
import { DRAWN_ATTRIBUTE } from "../state/drawn.ts";
import { useTexts } from "../state/language.tsx";
import { findingHref, PROOF_HREF } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

/** The auditor speaks once a second; a verdict of less than this is the present's, ms. */
const FRESH_MS = 5_000;

/** The live proof: what the devices counted is what this page shows. */
export function Proof() {
  const texts = useTexts();
  const proof = usePage(({ state }) => state?.proof ?? null);
  if (!proof) return <section class="proof" aria-label={texts.proof.label} data-state="none" />;
  return (
    <section class="proof" aria-labelledby="proof-state" data-state={proof.state} data-stale={proof.stale}>
      <div class="proof-verdict">
        <span class="proof-sign" aria-hidden="true">
          {STATE_SIGNS[proof.state]}
        </span>
        <h2 id="proof-state">
          <a href={PROOF_HREF}>{headline(proof, texts)}</a> <Age proof={proof} />
        </h2>
        <Reason proof={proof} />
      </div>
      <Totals proof={proof} />
      <Losses proof={proof} />
    </section>
  );
}

function Age({ proof }: { readonly proof: ProofView }) {
  const texts = useTexts();
  const now = useNow(1_000);
  const old = proof.stale || now - (proof.asOf ?? now) > FRESH_MS;
  return old ? <span class="proof-age">{asOf(proof, now, texts)}</span> : null;
}

/** What is wrong, each finding with a link to its evidence; else why it waits; else what the figures say. */
function Reason({ proof }: { readonly proof: ProofView }) {
  const texts = useTexts();
  const { open, findings } = proof;
  const now = useNow(1_000);
  const reasons = texts.proof.reasons(proof, now);
  if (open.length > 0) {
    const more = findings.open - open.length;
    return (
      <p class="proof-reason" title={open.map(texts.proof.findingWords).join("\n")}>
        {open.map((finding) => (
          <>
            <a key={finding.id} href={findingHref(finding.id)}>
              {texts.proof.findingWords(finding)}
            </a>{" "}
          </>
        ))}
        {more > 0 ? <a href={PROOF_HREF}>{texts.proof.moreFindings(more)}</a> : null}
      </p>
    );
  }
  return (
    <p class="proof-reason" title={reasons.join("\n")}>
      {reasons.length > 0 ? reasons.join(" ") : sentence(proof, texts)}
    </p>
  );
}

/** The verdict alone, always in sight where the proof itself is below the fold. */
export function ProofBar() {
  const texts = useTexts();
  const proof = usePage(({ state }) => state?.proof ?? null);
  if (!proof) return null;
  const { devices, lost, unexplained, state } = proof;
  return (
    <button type="button" class="proof-bar" data-state={proof.state} onClick={showProof}>
      <span aria-hidden="true">{STATE_SIGNS[proof.state]}</span>
      <span class="proof-bar-words">
        {headline(proof, texts)} <Age proof={proof} />
      </span>
      <span>{devices === null ? "" : lossWords(lost + Math.max(0, -unexplained), state, texts)}</span>
    </button>
  );
}

function showProof(): void {
  document.getElementById("proof-state")?.scrollIntoView({ block: "center" });
}

/** The last total is the sum of all stations' entries as this page has drawn them: it is read back from here. */
function Totals({ proof }: { readonly proof: ProofView }) {
  const texts = useTexts();
  const entries = usePage(({ state }) => state?.entries);
  const version = usePage((view) => view.version);
  const misdrawn = usePage((view) => view.misdrawn);
  const counts = Object.values(entries ?? {});
  const drawn = counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
  const line = terms(proof, drawn, texts);
  return (
    <dl class="totals">
      {line.map(({ name, value, sign, kind }, i) => {
        const last = i === line.length - 1;
        const wrong = kind === "wrong" || sign === "≠" || (last && misdrawn);
        return (
          <div key={name} class="total" data-light={kind === "light"} data-wrong={wrong} data-sign={sign}>
            <dt>{last && misdrawn ? texts.proof.misdrawn : name}</dt>
            <dd {...(last ? { [DRAWN_ATTRIBUTE]: version } : {})}>{texts.figure(value)}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function Losses({ proof }: { readonly proof: ProofView }) {
  const texts = useTexts();
  const known = proof.devices !== null;
  const behind = pagesBehind(proof.pages, texts);
  return (
    <dl class="losses">
      <Loss
        name={texts.proof.terms.lost}
        value={known ? proof.lost + Math.max(0, -proof.unexplained) : null}
        always
      />
      {LOSS_CAUSES.map((cause) => (
        <Loss key={cause} name={texts.proof.causes[cause]} value={proof.lostBy[cause]} />
      ))}
      <Loss name={texts.proof.duplicates} value={known ? proof.duplicatesRemoved : null} harmless always />
      <Loss name={texts.proof.deadLetters} value={proof.deadLetters} />
      {behind === "" ? null : (
        <div class="loss">
          <dt>{texts.proof.otherPages}</dt>
          <dd class="pages-behind">{behind}</dd>
        </div>
      )}
    </dl>
  );
}

function Loss(props: { name: string; value: number | null; harmless?: boolean; always?: boolean }) {
  const texts = useTexts();
  const { name, value, harmless = false, always = false } = props;
  if (value === 0 && !always) return null;
  return (
    <div class="loss" data-act={value !== null && value > 0 && !harmless}>
      <dt>{name}</dt>
      <dd>{texts.figure(value)}</dd>
    </div>
  );
}
