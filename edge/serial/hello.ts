import type { Frame, HelloFrame, PendingBoot } from "../../schemas/wire/frame.ts";
import { basesOf } from "../outbox/hello-books.ts";
import {
  bootOf,
  counted,
  type LinkBoot,
  type LinkEffect,
  type LinkState,
  type LinkTransition,
  withBoot,
} from "./link.ts";

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
  for (const { bootId, nonce = null } of hello.pending) {
    const boot = bootOf(state, bootId);
    state = withBoot(state, bootId, { ...boot, nonce: boot.nonce ?? nonce, memoryBootId });
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
  const copied = hello.pending.find(
    (p) => p.bootId !== hello.bootId && isAnother(bootOf(state, p.bootId), p),
  );
  if (copied) return copied.bootId;
  return [hello.bootId, ...hello.pending.map((p) => p.bootId)].find((bootId) => {
    const memory = state.boots.get(bootId)?.memoryBootId ?? null;
    return memory !== null && memory !== hello.memoryBootId;
  });
}

/**
 * Is this boot, which is over, not the one that is known by this id? A copied chip that has rebooted tells the nonce
 * of that boot. One whose firmware does not is known by its ring: a reading is in the ring before it is on the line, so the
 * boot cannot have ended before what is stored of it.
 */
function isAnother({ nonce, stored }: LinkBoot, pending: PendingBoot): boolean {
  const other = nonce !== null && pending.nonce !== undefined && pending.nonce !== nonce;
  return other || pending.last < stored;
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
