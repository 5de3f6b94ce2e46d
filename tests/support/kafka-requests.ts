import type { PartReport } from "../../infra/launcher/supervisor/supervise/supervisor.ts";
import type { TestSystem } from "./system.ts";

/** Requests that our processes have sent to Kafka so far, by API. Connect's worker does not say. */
export async function kafkaRequestsOf(
  system: Pick<TestSystem, "parts">,
): Promise<ReadonlyMap<string, number>> {
  const total = new Map<string, number>();
  for (const text of await Promise.all((await system.parts()).map(metricsOf))) {
    for (const [, api = "", count = "0"] of text.matchAll(
      /^kafka_client_requests_total\{(?:.*,)?api="([^"]+)".*\} (\d+)$/gm,
    )) {
      total.set(api, (total.get(api) ?? 0) + Number(count));
    }
  }
  return total;
}

async function metricsOf({ probe, url }: PartReport): Promise<string> {
  const at = probe ?? url;
  if (at === null || !at.startsWith("http")) return "";
  const response = await fetch(new URL("/metrics", at)).catch(() => undefined);
  return response?.ok ? response.text() : "";
}
