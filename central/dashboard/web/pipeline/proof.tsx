import type { ProofView } from "../../../../schemas/page/page.ts";
import { figure } from "../rules/words.ts";
import { DRAWN_ATTRIBUTE } from "../state/drawn.ts";
import { usePage } from "../state/use.ts";

const STATE_WORDS: Readonly<Record<ProofView["state"], string>> = {
  holds: "Every entry is accounted for",
  "catching-up": "Catching up",
  broken: "The counts do not agree",
};
const STATE_SIGNS: Readonly<Record<ProofView["state"], string>> = {
  holds: "=",
  "catching-up": "→",
  broken: "≠",
};

/** Before anything was counted there is nothing to catch up with. */
function wordsOf({ state, devices }: ProofView): string {
  return devices === null && state !== "broken" ? "Nothing counted yet" : STATE_WORDS[state];
}

/** The live proof: what the devices counted is what this page shows. */
export function Proof() {
  const proof = usePage(({ state }) => state?.proof ?? null);
  if (!proof) return <section class="proof" aria-label="Proof" data-state="none" />;
  return (
    <section class="proof" aria-labelledby="proof-state" data-state={proof.state}>
      <div class="proof-verdict">
        <span class="proof-sign" aria-hidden="true">
          {STATE_SIGNS[proof.state]}
        </span>
        <h2 id="proof-state">{wordsOf(proof)}</h2>
        <p class="proof-reason" title={proof.reasons.join("\n")}>
          {proof.reasons.length > 0
            ? proof.reasons.join(" ")
            : "Devices, dedup, ksqlDB and this page show the same."}
        </p>
      </div>
      <dl class="totals">
        <Total name="counted by devices" value={proof.devices} />
        <Total name="on the way" value={proof.waiting} sign="−" light />
        <Total
          name="clean"
          value={proof.clean}
          sign={equals(less(proof.devices, proof.waiting), proof.clean)}
        />
        <Total name="summed" value={proof.summed} sign={equals(proof.clean, proof.summed)} />
        <DrawnTotal />
      </dl>
      <dl class="losses">
        <Loss name="lost" value={proof.devices === null ? null : proof.lost} always />
        <Loss name="refused by full rings" value={proof.ringLost} />
        <Loss name="quarantined" value={proof.quarantined} />
        <Loss
          name="duplicates removed"
          value={proof.devices === null ? null : proof.duplicatesRemoved}
          harmless
          always
        />
        <Loss name="dead letters" value={proof.deadLetters} />
      </dl>
    </section>
  );
}

/** The verdict alone, always in sight where the proof itself is below the fold. */
export function ProofBar() {
  const proof = usePage(({ state }) => state?.proof ?? null);
  if (!proof) return null;
  return (
    <button type="button" class="proof-bar" data-state={proof.state} onClick={showProof}>
      <span aria-hidden="true">{STATE_SIGNS[proof.state]}</span>
      <span class="proof-bar-words">{wordsOf(proof)}</span>
      <span>{proof.devices === null ? "" : `lost ${figure(proof.lost + proof.ringLost)}`}</span>
    </button>
  );
}

function showProof(): void {
  document.getElementById("proof-state")?.scrollIntoView({ block: "center" });
}

interface TotalProps {
  readonly name: string;
  readonly value: number | null;
  /** Between this and the total before it. */
  readonly sign?: string;
  readonly light?: boolean;
}

function Total({ name, value, sign, light = false }: TotalProps) {
  return (
    <div class="total" data-light={light} data-sign={sign}>
      <dt>{name}</dt>
      <dd>{figure(value)}</dd>
    </div>
  );
}

/** The sum of all stations' entries as this page has drawn them: read back from here and sent to the server. */
function DrawnTotal() {
  const entries = usePage(({ state }) => state?.entries);
  const version = usePage((view) => view.version);
  const counts = Object.values(entries ?? {});
  const sum = counts.length === 0 ? null : counts.reduce((n, count) => n + count, 0);
  return (
    <div class="total" data-sign="=">
      <dt>on this page</dt>
      <dd {...{ [DRAWN_ATTRIBUTE]: version }}>{figure(sum)}</dd>
    </div>
  );
}

/** "=" only where it is true. */
function equals(one: number | null, other: number | null): string {
  return one !== null && one === other ? "=" : "›";
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

function less(from: number | null, minus: number | null): number | null {
  return from === null || minus === null ? null : from - minus;
}
