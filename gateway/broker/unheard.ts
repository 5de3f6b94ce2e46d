import type { Aedes } from "aedes";
import type { FanOut } from "./fan-out.ts";

/**
 * Spares Aedes the distribution of messages without a subscriber, which is nearly all of them: agents talk to Kafka, and
 * only an observer would listen. It would still look for subscribers of sessions that outlive their connections (there
 * are none here: `persistent-session` is refused) and for retained messages (refused as well), a third of what Aedes
 * costs per PUBLISH.
 */
export function skipUnheard(aedes: Aedes, fanOut: FanOut): void {
  const publish: Publish = aedes.publish.bind(aedes);
  const sparing: Publish = (packet, client, done) => {
    if (fanOut.hears(packet.topic)) publish(packet, client, done);
    else (typeof client === "function" ? client : done)?.();
  };
  aedes.publish = sparing as Aedes["publish"];
}

/** As Aedes calls it itself: its types leave out that the client is optional. */
type Publish = (
  packet: Parameters<Aedes["publish"]>[0],
  client: Parameters<Aedes["publish"]>[1],
  done?: () => void,
) => void;
