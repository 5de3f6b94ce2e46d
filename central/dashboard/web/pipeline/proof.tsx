import { LOSS_CAUSES } from "../../../../schemas/audit.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import {
  asOf,
  CAUSE_WORDS,
  headline,
  lossWords,
  pagesBehind,
  STATE_SIGNS,
  sentence,
  terms,
} from "../rules/proof-words.ts";
import { figure, plural } from "../rules/words.ts";
import { DRAWN_ATTRIBUTE } from "../state/drawn.ts";
import { findingHref, PROOF_HREF } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

/** The auditor speaks once a second; a verdict of less than this is the present's, ms. */
const FRESH_MS = 5_000;

/** The live proof: what the devices counted is what this page shows. */
export function Proof() {
  const proof = usePage(({ state }) => state?.proof ?? null);
  if (!proof) return <section class="proof" aria-label="Proof" data-state="none" />;
  return (
    <section class="proof" aria-labelledby="proof-state" data-state={proof.state} data-stale={proof.stale}>
      <div class="proof-verdict">
        <span class="proof-sign" aria-hidden="true">
          {STATE_SIGNS[proof.state]}
        </span>
        <h2 id="proof-state">
          <a href={PROOF_HREF}>{headline(proof)}</a> <Age proof={proof} />
        </h2>
        <Reason proof={proof} />
      </div>
      <Totals proof={proof} />
      <Losses proof={proof} />
    </section>
  );
}

function Age({ proof }: { readonly proof: ProofView }) {
  const now = useNow(1_000);
  const old = proof.stale || now - (proof.asOf ?? now) > FRESH_MS;
  return old ? <span class="proof-age">{asOf(proof, now)}</span> : null;
}

/** What is wrong, each finding with a link to its evidence; else why it waits; else what the figures say. */
function Reason({ proof }: { readonly proof: ProofView }) {
  const { open, findings, reasons } = proof;
  if (open.length > 0) {
    const more = findings.open - open.length;
    return (
      <p class="proof-reason" title={open.map(({ words }) => words).join("\n")}>
        {open.map(({ id, words }) => (
          <>
            <a key={id} href={findingHref(id)}>
              {words}
            </a>{" "}
          </>
        ))}
        {more > 0 ? <a href={PROOF_HREF}>{plural(more, "more finding")}.</a> : null}
      </p>
    );
  }
  return (
    <p class="proof-reason" title={reasons.join("\n")}>
      {reasons.length > 0 ? reasons.join(" ") : sentence(proof)}
    </p>
  );
}

/** The verdict alone, always in sight where the proof itself is below the fold. */
export function ProofBar() {
  const proof = usePage(({ state }) => state?.proof ?? null);
  if (!proof) return null;
  const { devices, lost, unexplained, state } = proof;
  return (
    <button type="button" class="proof-bar" data-state={proof.state} onClick={showProof}>
      <span aria-hidden="true">{STATE_SIGNS[proof.state]}</span>
      <span class="proof-bar-words">{headline(proof)}</span>
      <span>{devices === null ? "" : lossWords(lost + Math.max(0, -unexplained), state)}</span>
    </button>
  );
}

function showProof(): void {
  document.getElementById("proof-state")?.scrollIntoView({ block: "center" });
}

/** The last total is the sum of all stations' entries as this page has drawn them: it is read back from here. */
function Totals({ proof }: { readonly proof: ProofView }) {
  const entries = usePage(({ state }) => state?.entries);
  const version = usePage((view) => view.version);
  const misdrawn = usePage((view) => view.misdrawn);
  const counts = Object.values(entries ?? {});
  const drawn = counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
  const line = terms(proof, drawn);
  return (
    <dl class="totals">
      {line.map(({ name, value, sign, kind }, i) => {
        const last = i === line.length - 1;
        const wrong = kind === "wrong" || sign === "≠" || (last && misdrawn);
        return (
          <div key={name} class="total" data-light={kind === "light"} data-wrong={wrong} data-sign={sign}>
            <dt>{last && misdrawn ? "drawn wrongly here" : name}</dt>
            <dd {...(last ? { [DRAWN_ATTRIBUTE]: version } : {})}>{figure(value)}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function Losses({ proof }: { readonly proof: ProofView }) {
  const known = proof.devices !== null;
  const behind = pagesBehind(proof.pages);
  return (
    <dl class="losses">
      <Loss name="lost" value={known ? proof.lost + Math.max(0, -proof.unexplained) : null} always />
      {LOSS_CAUSES.map((cause) => (
        <Loss key={cause} name={CAUSE_WORDS[cause]} value={proof.lostBy[cause]} />
      ))}
      <Loss name="duplicates removed" value={known ? proof.duplicatesRemoved : null} harmless always />
      <Loss name="dead letters" value={proof.deadLetters} />
      {behind === "" ? null : (
        <div class="loss">
          <dt>other pages</dt>
          <dd class="pages-behind">{behind}</dd>
        </div>
      )}
    </dl>
  );
}

function Loss(props: { name: string; value: number | null; harmless?: boolean; always?: boolean }) {
  const { name, value, harmless = false, always = false } = props;
  if (value === 0 && !always) return null;
  return (
    <div class="loss" data-act={value !== null && value > 0 && !harmless}>
      <dt>{name}</dt>
      <dd>{figure(value)}</dd>
    </div>
  );
}
