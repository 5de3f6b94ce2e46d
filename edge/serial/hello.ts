import type { Frame, HelloFrame } from "../../schemas/wire/frame.ts";
import { basesOf } from "../outbox/ledger.ts";
import { bootOf, counted, type LinkEffect, type LinkState, type Transition, withBoot } from "./link.ts";

/**
 * The device says who it is and what it holds. Answers a GREET, or a NAK for what the ring has no more.
 *
 * The same boot with another nonce is another memory that uses the same identities: nothing of it may be stored, and
 * above all nothing acknowledged, because a "duplicate" would be a reading that was never seen.
 */
export function onHello(before: LinkState, hello: HelloFrame, at: number): Transition {
  if (hello.greetNonce !== before.nonce) return { state: before, effects: [] };
  const known = before.boots.get(hello.bootId)?.nonce ?? null;
  if (known !== null && known !== hello.bootNonce) return twoMemories(before, hello);

  const effects: LinkEffect[] = [];
  let state: LinkState = {
    ...before,
    phase: "open",
    alarm: null,
    bootId: hello.bootId,
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
  state = withBoot(state, hello.bootId, { ...bootOf(state, hello.bootId), nonce: hello.bootNonce });
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

function twoMemories(before: LinkState, hello: HelloFrame): Transition {
  const state: LinkState = {
    ...counted(before, "errors"),
    phase: "open",
    bootId: hello.bootId,
    alarm: { bootId: hello.bootId },
  };
  if (before.alarm) return { state, effects: [] };
  const context = { bootId: hello.bootId, nonce: hello.bootNonce };
  return { state, effects: [{ type: "warn", what: "two memories claim the same boot", context }] };
}
