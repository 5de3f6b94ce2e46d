import fetch from "node-fetch";
import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import type { HttpAccess } from "../../infra/runtime/security/http.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import type { WeatherRecord } from "../../schemas/records.ts";

const REQUEST_TIMEOUT_MS = 5000;

/** Where the weather box sends its hourly report. */
export interface WeatherSink {
  /** @throws {CodedError} DEPENDENCY_UNAVAILABLE: retryable unless the proxy refused the request itself. */
  send(service: number, weather: WeatherRecord, signal: AbortSignal): Promise<void>;
}

/**
 * The produce half of the REST Proxy's v2 API. An old box keeps no schema ids: it sends both schemas each time.
 *
 * @param proxy - `REST_PROXY_URL`, and what logs in there.
 */
export function restProxySink(
  { url, headers, loginProblem }: Pick<HttpAccess, "url" | "headers" | "loginProblem">,
  topic: string,
): WeatherSink {
  const key_schema = JSON.stringify(schemaJson("weather-key"));
  const value_schema = JSON.stringify(schemaJson("weather"));
  return {
    async send(service, weather, signal) {
      const records = [{ key: { timestamp: service }, value: weather }];
      const answer = await fetch(`${url}/topics/${encodeURIComponent(topic)}`, {
        method: "POST",
        headers: {
          ...headers,
          "content-type": "application/vnd.kafka.avro.v2+json",
          accept: "application/vnd.kafka.v2+json",
        },
        body: JSON.stringify({ key_schema, value_schema, records }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      }).catch((cause: unknown) => {
        throw unavailable(`no answer from ${url}: ${messageOf(cause)}`, true, cause);
      });
      const text = await answer.text();
      if (answer.status === 401) throw unavailable(loginProblem, false);
      if (!answer.ok) throw unavailable(`${answer.status} ${text.slice(0, 500)}`, answer.status >= 500);
      const refused = refusedOffset(text);
      if (refused) throw unavailable(refused, true);
    },
  };
}

/** A proxy answers 200 although Kafka refused the record; its offset then carries the error. */
function refusedOffset(text: string): string | undefined {
  const { offsets } = JSON.parse(text) as { offsets?: { error?: string | null }[] };
  return offsets?.find((offset) => offset.error)?.error ?? undefined;
}

function unavailable(what: string, retryable: boolean, cause?: unknown): CodedError {
  return new CodedError("DEPENDENCY_UNAVAILABLE", {
    message: `the REST Proxy did not take the weather: ${what}`,
    retryable,
    ...(cause === undefined ? {} : { cause }),
  });
}
