import { useEffect, useRef, useState } from "preact/hooks";
import type { FindingAnswer, RecordAnswer } from "../../../../schemas/page/api.ts";
import { useTexts } from "../state/language.tsx";
import { storyHref } from "../state/route.ts";

interface FindingProps {
  readonly finding: FindingAnswer;
  /** Between which places. */
  readonly place: string;
  readonly cause: string | null;
  /** Is this the one that the reader came for? */
  readonly wanted: boolean;
}

/** One finding, and the records that show it. */
export function FindingView({ finding, place, cause, wanted }: FindingProps) {
  const texts = useTexts();
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (wanted) element.current?.scrollIntoView({ block: "center" });
  }, [wanted]);
  const { id, kind, bootId, readings, evidence, firstSeen, resolved, deviceId, ranges } = finding;
  const [first] = ranges;
  const names = texts.proof.finding;
  const follow = deviceId && bootId && first ? storyHref(`${deviceId}/${bootId}/${first.from}`) : null;
  const facts: readonly (readonly [string, string])[] = [
    [names.kind, texts.proof.kinds[kind]],
    [names.between, place],
    ...(cause ? [[names.cause, cause] as const] : []),
    ...(bootId === null ? [] : [[names.boot, String(bootId)] as const]),
    [names.readings, texts.figure(readings)],
    [names.firstSeen, texts.wall(Date.parse(firstSeen))],
    [names.id, id],
    ...(resolved ? [[names.resolved, `${resolved.reason} (${resolved.by})`] as const] : []),
  ];
  return (
    <details class="finding" ref={element} open={wanted} data-open={cause === null && !resolved}>
      <summary>{texts.proof.findingWords(finding)}</summary>
      <dl class="finding-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {follow === null ? null : (
        <p>
          <a href={follow}>{names.follow}</a>
        </p>
      )}
      {evidence.map((one) => (
        <EvidenceView key={`${one.topic}-${one.partition}@${one.offset}`} evidence={one} />
      ))}
    </details>
  );
}

function EvidenceView({ evidence }: { readonly evidence: FindingAnswer["evidence"][number] }) {
  const texts = useTexts();
  const [shown, setShown] = useState<RecordAnswer | string | null>(null);
  const { topic, partition, offset, record } = evidence;
  const show = async (): Promise<void> => {
    const answer = await fetch(record).catch(() => null);
    const body = (await answer?.json().catch(() => null)) as (RecordAnswer & { error?: string }) | null;
    setShown(answer?.ok && body ? body : (body?.error ?? texts.proof.finding.noServer));
  };
  return (
    <div class="evidence">
      <button type="button" class="control" onClick={() => void show()}>
        {topic}-{partition}@{offset}
      </button>
      {shown === null ? null : (
        <pre>{typeof shown === "string" ? shown : JSON.stringify(shown, null, 2)}</pre>
      )}
    </div>
  );
}
