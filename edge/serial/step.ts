import type { Frame, HeartbeatFrame, ReadingFrame } from "../../schemas/wire/frame.ts";
import { LINK } from "../../schemas/wire/frame.ts";
import { onHello } from "./hello.ts";
import {
  bootOf,
  counted,
  GREET_AT_MOST_MS,
  type LinkBoot,
  type LinkEffect,
  type LinkEvent,
  type LinkState,
  type LinkTransition,
  MAX_IN_HAND,
  MAX_NONCES,
  NAK_AGAIN_MS,
  SILENCE_MS,
  TICK_LATE_MS,
  withBoot,
} from "./link.ts";

/**
 * One side of a serial link: which readings to store, acknowledge, or ask for again.
 *
 * Timeouts and line loss are inputs like any other, so every path can be tested without waiting.
 *
 * @returns the next state and the effects to carry out, in order.
 */
export function step(state: LinkState, event: LinkEvent): LinkTransition {
  switch (event.type) {
    case "opened":
      return greet(fresh({ ...state, bootId: null, memoryBootId: null, pending: [], alarm: null }), event);
    case "closed":
      return { state: { ...state, phase: "closed", heardAt: null, nak: null, alarm: null }, effects: [] };
    case "refused":
      return onRefused(state, event);
    case "stored":
      return onStored(state, event.bootId, event.seq);
    case "discarded":
      return onDamage(counted(state, "errors"), event.at);
    case "tick":
      return onTick(state, event.at, event.nonce);
    case "frame":
      return onFrame(state, event.frame, event.at);
  }
}

/** Another greeting begins: what the device answered to the ones before does not count any more. */
function fresh(state: LinkState): LinkState {
  return { ...state, phase: "greeting", nonces: [], nak: null };
}

function greet(state: LinkState, { at, nonce }: { at: number; nonce: number }): LinkTransition {
  const nonces = [...state.nonces, nonce].slice(-MAX_NONCES);
  const frame: Frame = { type: "greet", deviceId: state.deviceId, nonce };
  return { state: { ...state, nonces, greetedAt: at }, effects: [{ type: "send", frame }] };
}

/** The device keeps what was not acknowledged; its answer to the next GREET says again what waits there. */
function onRefused(before: LinkState, event: LinkEvent & { type: "refused" }): LinkTransition {
  const boots = new Map(
    [...before.boots].map(([bootId, boot]) => [
      bootId,
      { ...boot, taken: Math.max(boot.stored, event.taken(bootId)) },
    ]),
  );
  const state = { ...before, boots };
  if (state.phase === "closed") return { state, effects: [] };
  // Greeted only after the device's own resend time: an outbox without room needs no haste.
  return { state: { ...fresh(state), greetedAt: event.at + LINK.resendMs }, effects: [] };
}

function onTick(before: LinkState, at: number, nonce: number): LinkTransition {
  const state = { ...seeing(before, at), tickedAt: at };
  if (state.phase === "closed") return { state, effects: [] };
  const silent = state.heardAt === null || at - state.heardAt >= SILENCE_MS;
  const greeting = state.phase === "greeting" ? state : silent ? fresh(state) : undefined;
  if (!greeting || at - state.greetedAt < greetingPause(greeting)) return { state, effects: [] };
  return greet(greeting, { at, nonce });
}

/**
 * While this process stood still it heard nothing, and what the device said meanwhile has not been read yet: that time
 * is no silence of the device. (Node serves timers before it reads.)
 */
function seeing(state: LinkState, at: number): LinkState {
  const blindMs = state.tickedAt === null ? 0 : at - state.tickedAt - TICK_LATE_MS;
  if (blindMs <= 0) return state;
  const later = (time: number): number => Math.min(at, time + blindMs);
  return {
    ...state,
    greetedAt: later(state.greetedAt),
    heardAt: state.heardAt === null ? null : later(state.heardAt),
  };
}

/** Until the next GREET, ms. Each one doubles it: where an answer takes long, haste makes it take longer. */
function greetingPause({ nonces }: LinkState): number {
  return Math.min(GREET_AT_MOST_MS, LINK.greetMs * 2 ** Math.max(0, nonces.length - 1));
}

function onStored(before: LinkState, bootId: number, seq: number): LinkTransition {
  const boot = bootOf(before, bootId);
  if (seq <= boot.stored) return { state: before, effects: [] };
  const state = withBoot(before, bootId, { ...boot, stored: seq, taken: Math.max(boot.taken, seq) });
  return { state, effects: mayAcknowledge(state, boot) ? [ack(state, bootId)] : [] };
}

/**
 * Is the memory that gave these readings the one that would hear the ACK? Another one, with the same boot id, would
 * free readings of its own that were never stored. A device that hears no ACK sends again, and is answered then.
 */
function mayAcknowledge(state: LinkState, { memoryBootId }: LinkBoot): boolean {
  const same = memoryBootId === null || memoryBootId === state.memoryBootId;
  return state.phase === "open" && !state.alarm && same;
}

function onFrame(before: LinkState, frame: Frame, at: number): LinkTransition {
  // Our own frames come back when a terminal still echoes; they say nothing about the device.
  if (before.phase === "closed" || frame.type === "greet" || frame.type === "ack" || frame.type === "nak") {
    return { state: before, effects: [] };
  }
  if (frame.deviceId !== before.deviceId) {
    // pts numbers are reused at once: the path may have led to another device's line.
    const reason = `${frame.deviceId} answers on this line`;
    return { state: counted(before, "errors"), effects: [{ type: "hang-up", reason }] };
  }
  const state = { ...counted(before, "frames"), heardAt: at };
  if (frame.type === "hello") return onHello(state, frame, at);
  if (state.phase !== "open" || state.alarm) return { state, effects: [] };
  return frame.type === "heartbeat" ? onHeartbeat(state, frame) : onReading(state, frame, at);
}

function onHeartbeat(state: LinkState, frame: HeartbeatFrame): LinkTransition {
  // The device rebooted on an open line: only a HELLO brings its new nonce and what waits.
  if (frame.bootId !== state.bootId) return { state: fresh(state), effects: [] };
  return { state, effects: [{ type: "heard", frame }] };
}

function onReading(state: LinkState, frame: ReadingFrame, at: number): LinkTransition {
  const { bootId, seq } = frame;
  const boot = bootOf(state, bootId);
  if (seq <= boot.stored) {
    return { state: counted(state, "duplicates"), effects: [ack(state, bootId)] };
  }
  if (seq <= boot.taken) return { state: counted(state, "duplicates"), effects: [] };
  if (seq > boot.taken + 1) return nak(state, bootId, boot.taken + 1, "gap", at);
  if (seq - boot.stored > MAX_IN_HAND) return { state, effects: [] };
  const answered = state.nak?.bootId === bootId && state.nak.seq === seq;
  const memoryBootId = boot.memoryBootId ?? state.memoryBootId;
  const taken = { ...boot, memoryBootId, taken: seq };
  const next = withBoot(answered ? { ...state, nak: null } : state, bootId, taken);
  return { state: next, effects: [{ type: "store", reading: frame }] };
}

/** A damaged block may have been a reading: ask for the next one that is missing. */
function onDamage(state: LinkState, at: number): LinkTransition {
  if (state.phase !== "open" || state.alarm || state.bootId === null) return { state, effects: [] };
  const waiting = state.pending.find((p) => bootOf(state, p.bootId).taken < p.last);
  const bootId = waiting?.bootId ?? state.bootId;
  return nak(state, bootId, bootOf(state, bootId).taken + 1, "damaged", at);
}

function nak(
  state: LinkState,
  bootId: number,
  seq: number,
  reason: "gap" | "damaged",
  at: number,
): LinkTransition {
  // One NAK per gap: all frames behind a lost one are out of order, and the device answers the first.
  const asked = state.nak?.bootId === bootId && state.nak.seq === seq && at - state.nak.at < NAK_AGAIN_MS;
  if (asked) return { state, effects: [] };
  const frame: Frame = { type: "nak", deviceId: state.deviceId, bootId, seq, reason };
  return {
    state: { ...counted(state, "naks"), nak: { bootId, seq, at } },
    effects: [{ type: "send", frame }],
  };
}

function ack(state: LinkState, bootId: number): LinkEffect {
  const { stored } = bootOf(state, bootId);
  return { type: "send", frame: { type: "ack", deviceId: state.deviceId, bootId, seq: stored } };
}
