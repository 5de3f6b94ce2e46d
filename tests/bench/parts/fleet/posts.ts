import autocannon from "autocannon";
import { eventAt } from "./events.ts";

const CONNECTIONS = 64;
const WARM_UP_S = 2;

/**
 * Acknowledged events per second over keep-alive connections that post without a pause.
 *
 * @param batch - events of one POST.
 * @throws when anything but 202 was answered.
 */
export async function postedPerSecond(url: string, batch: number, seconds: number): Promise<number> {
  const events = Array.from({ length: batch }, (_, n) => eventAt(n, 0));
  const run = (duration: number): Promise<autocannon.Result> =>
    autocannon({
      url: `${url}/events`,
      connections: CONNECTIONS,
      duration,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(batch === 1 ? events[0] : events),
    });
  await run(WARM_UP_S);
  const result = await run(seconds);
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} POSTs were refused, ${result.errors} failed`);
  }
  return (result["2xx"] / result.duration) * batch;
}
