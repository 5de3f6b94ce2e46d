import cluster from "node:cluster";
import type { Worker } from "./worker-pool.ts";

interface ReadyMessage {
  readonly probe: string;
}

/**
 * This program once more, as a worker of Node's cluster: workers that listen on the same port share it, and each
 * connection goes to the next of them in turn. A worker ends when its parent does, however that came about, because its
 * channel to the parent closes.
 *
 * @param env - beside the parent's environment.
 */
export function clusterWorker(env: Readonly<Record<string, string>>): Worker {
  const worker = cluster.fork(env);
  return {
    pid: worker.process.pid ?? null,
    onReady: (then) => void worker.on("message", (message: ReadyMessage) => then(message.probe)),
    onExit: (then) => void worker.on("exit", (code: number | null) => then(code)),
    stop: () => void worker.process.kill("SIGTERM"),
  };
}

/** For a worker: it serves. */
export function tellReady(message: ReadyMessage): void {
  if (cluster.isWorker) process.send?.(message);
}
