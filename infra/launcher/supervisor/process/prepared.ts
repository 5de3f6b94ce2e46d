import { messageOf } from "../../../../schemas/errors.ts";
import type { Ended, Launched } from "../supervise/part.ts";

/** A launch that first has something to prepare on disk. Told to end meanwhile, it never starts. */
export function launchAfter<T>(prepare: Promise<T>, launch: (prepared: T) => Launched): Launched {
  let launched: Launched | undefined;
  let unwanted = false;
  const began = prepare.then((prepared) => {
    if (unwanted) throw new Error("stopped before it began");
    launched = launch(prepared);
    return launched;
  });
  return {
    get pid() {
      return launched?.pid ?? null;
    },
    ready: began.then(
      (child) => child.ready,
      () => new Promise<never>(() => {}),
    ),
    ended: began.then(
      (child) => child.ended,
      (error: unknown): Ended => ({ code: null, reason: messageOf(error) }),
    ),
    stop() {
      unwanted = true;
      launched?.stop();
    },
    kill() {
      unwanted = true;
      launched?.kill();
    },
  };
}

/** Work inside the supervisor, as a task: done when the promise is. */
export function launchWork(
  work: (signal: AbortSignal) => Promise<void>,
  codeOf: (error: unknown) => number,
): Launched {
  const abort = new AbortController();
  const ended = work(abort.signal).then(
    (): Ended => ({ code: 0, reason: "done" }),
    (error: unknown): Ended => ({ code: codeOf(error), reason: messageOf(error) }),
  );
  return {
    pid: null,
    ready: new Promise(() => {}),
    // Work that does not listen to the signal is let go.
    ended: Promise.race([
      ended,
      new Promise<Ended>((resolve) => {
        abort.signal.addEventListener("abort", () => resolve({ code: null, reason: "stopped" }));
      }),
    ]),
    stop: () => abort.abort(),
    kill: () => abort.abort(),
  };
}
