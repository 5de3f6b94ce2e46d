import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

/**
 * kafkajs 2.2.4 looks for waiting requests by a timer that always sets itself again, with a delay that is long past:
 * from its first reply on, each connection wakes the process a thousand times a second, 1 % of a core (tulios/kafkajs
 * #1704; later Node versions print a warning of it, #1751). The timer is needed only while a request waits.
 */
export function patchIdleTimers(): void {
  const original = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) original.call(this);
  };
}
