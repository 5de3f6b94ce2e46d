import type { Socket } from "node:net";
import { fullJitter } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import { afterListening } from "../../infra/runtime/listening-time.ts";
import type { Random } from "../../infra/runtime/random.ts";
import { firstLine, linePath, printRequest, TCP_LINK, type TcpAddress } from "../../schemas/wire/tcp-link.ts";
import { connectTo } from "./tcp-line.ts";
import type { Plugs } from "./watcher.ts";

export interface TcpWatch {
  readonly address: TcpAddress;
  readonly stationId: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Follows a station's lines at a serial device server: it says which are plugged in, then every change.
 *
 * A server that is gone has no lines: all are unplugged until it tells them again.
 *
 * @returns stops following.
 */
export function watchTcpLines(watch: TcpWatch, plugs: Plugs): () => void {
  const { address, stationId, clock, random } = watch;
  const backoff = fullJitter({ baseMs: 100, capMs: 1_500, floorMs: 50, random });
  const plugged = new Set<string>();
  let socket: Socket | null = null;
  let cancel = (): void => {};
  let stopped = false;

  const heard = (line: string): void => {
    const [sign, deviceId] = [line.slice(0, 1), line.slice(1)];
    if (sign === "+") {
      plugged.add(deviceId);
      plugs.plug(deviceId, linePath(address, deviceId));
    } else if (sign === "-" && plugged.delete(deviceId)) plugs.unplug(deviceId);
  };

  const begin = (): void => {
    const list = connectTo(address);
    socket = list;
    let rest = Buffer.alloc(0);
    let silence = afterListening(clock, TCP_LINK.silenceMs, () => list.destroy());
    list.on("data", (chunk: Buffer) => {
      silence();
      silence = afterListening(clock, TCP_LINK.silenceMs, () => list.destroy());
      rest = Buffer.concat([rest, chunk]);
      try {
        for (let found = firstLine(rest); found; found = firstLine(rest)) {
          rest = Buffer.from(found.rest);
          backoff.reset();
          heard(found.line);
        }
      } catch {
        // Whatever answers there, it has no serial lines.
        list.destroy();
      }
    });
    list.on("error", () => {});
    list.on("close", () => {
      silence();
      for (const deviceId of plugged) plugs.unplug(deviceId);
      plugged.clear();
      if (!stopped) cancel = clock.after(backoff.next(), begin);
    });
    list.write(printRequest({ kind: "list", stationId }));
  };
  begin();
  return () => {
    stopped = true;
    cancel();
    // Its end is ours: nothing was unplugged.
    plugged.clear();
    socket?.destroy();
  };
}
