import type { Frame, HelloFrame } from "../../schemas/wire/frame.ts";
import { basesOf } from "../outbox/hello-books.ts";
import { bootOf, counted, type LinkEffect, type LinkState, type LinkTransition, withBoot } from "./link.ts";

/**
 * The device says who it is and what it holds. Answers a GREET, or a NAK for what the ring has no more.
 *
 * The same boot with another nonce is another memory that uses the same identities: nothing of it may be stored, and
 * above all nothing acknowledged, because a "duplicate" would be a reading that was never seen.
 */
export function onHello(before: LinkState, hello: HelloFrame, at: number): LinkTransition {
  if (!before.nonces.includes(hello.greetNonce)) return { state: before, effects: [] };
  const disputed = disputedBoot(before, hello);
  if (disputed !== undefined) return twoMemories(before, hello, disputed);

  const effects: LinkEffect[] = [];
  let state: LinkState = {
    ...before,
    phase: "open",
    alarm: null,
    bootId: hello.bootId,
    memoryBootId: hello.memoryBootId,
    pending: hello.pending,
    heardAt: at,
    nak: null,
  };
  for (const base of basesOf(hello, (bootId) => bootOf(before, bootId).taken)) {
    const boot = bootOf(state, base.bootId);
    effects.push({
      type: "warn",
      what: "the device no longer has readings that this outbox never had",
      context: { bootId: base.bootId, from: boot.taken + 1, to: base.stored },
    });
    state = counted(state, "forgotten", base.stored - boot.taken);
    state = withBoot(state, base.bootId, { ...boot, stored: base.stored, taken: base.stored });
  }
  const { memoryBootId } = hello;
  for (const { bootId } of hello.pending) {
    state = withBoot(state, bootId, { ...bootOf(state, bootId), memoryBootId });
  }
  const current = bootOf(state, hello.bootId);
  state = withBoot(state, hello.bootId, { ...current, nonce: hello.bootNonce, memoryBootId });
  effects.push({ type: "adopt", hello }, { type: "heard", frame: hello });
  return { state, effects: [...effects, ...acksFor(state, hello)] };
}

/** What the device still holds although it is stored: an ACK was lost. */
function acksFor(state: LinkState, hello: HelloFrame): LinkEffect[] {
  return hello.pending.flatMap((p) => {
    const { stored } = bootOf(state, p.bootId);
    if (stored < p.first) return [];
    const frame: Frame = { type: "ack", deviceId: state.deviceId, bootId: p.bootId, seq: stored };
    return [{ type: "send", frame } as const];
  });
}

/** A boot that this memory claims, the present one or one that waits in its ring, and that is known as another's. */
function disputedBoot(state: LinkState, hello: HelloFrame): number | undefined {
  const nonce = state.boots.get(hello.bootId)?.nonce ?? null;
  if (nonce !== null && nonce !== hello.bootNonce) return hello.bootId;
  // A copied chip that has rebooted does not say its nonce of then. Its ring does: a reading is in the ring before it is
  // on the line, so a boot that is over cannot have ended before what is stored of it.
  const short = hello.pending.find(
    ({ bootId, last }) => bootId !== hello.bootId && last < bootOf(state, bootId).stored,
  );
  if (short) return short.bootId;
  return [hello.bootId, ...hello.pending.map((p) => p.bootId)].find((bootId) => {
    const memory = state.boots.get(bootId)?.memoryBootId ?? null;
    return memory !== null && memory !== hello.memoryBootId;
  });
}

function twoMemories(before: LinkState, hello: HelloFrame, disputed: number): LinkTransition {
  const state: LinkState = {
    ...counted(before, "errors"),
    phase: "open",
    bootId: hello.bootId,
    alarm: { bootId: disputed },
  };
  if (before.alarm) return { state, effects: [] };
  const context = { bootId: disputed, nonce: hello.bootNonce, memoryBootId: hello.memoryBootId };
  return { state, effects: [{ type: "warn", what: "two memories claim the same boot", context }] };
}
