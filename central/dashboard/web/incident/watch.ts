import type { Clock } from "../../../../infra/runtime/clock.ts";
import type { IncidentAnswer } from "../../../../schemas/page/incidents.ts";

/** What its page knows of an incident; null: the server has not answered yet, "none": it has none of this id. */
export type AskedIncident = IncidentAnswer | "none" | null;

const PERIOD_MS = 2_000;

/**
 * Ask for an incident at once and every two seconds, for what the socket does not tell; no more once it is over and
 * Kafka has it. Where it begins again, the socket says so.
 *
 * @param ask - one question; it rejects where no answer came.
 * @returns a function that ends it.
 */
export function watchIncident(
  clock: Clock,
  ask: (signal: AbortSignal) => Promise<AskedIncident>,
  onAnswer: (answer: AskedIncident) => void,
): () => void {
  const abort = new AbortController();
  const once = async (): Promise<void> => {
    try {
      const answer = await ask(abort.signal);
      if (abort.signal.aborted || answer === null) return;
      onAnswer(answer);
      if (isFinal(answer)) stop();
    } catch {
      // The connection's loss is said by the banner; what was known stays.
    }
  };
  const stop = clock.every(PERIOD_MS, () => void once());
  void once();
  return () => {
    abort.abort();
    stop();
  };
}

function isFinal(answer: IncidentAnswer | "none"): boolean {
  return answer === "none" || (answer.endedAt !== null && answer.kept);
}
