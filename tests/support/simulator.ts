/** The firmware simulator's control interface, as the page's buttons and the tests use it. */
export interface SimulatorControl {
  /** Presses at a turnstile that the device's ring has taken or refused when this resolves. @returns how many it took. */
  press(device: string, count: number): Promise<number>;
  /** Readings in the device's memory that no agent has acknowledged. */
  waiting(device: string): Promise<number>;
  fault(kind: string, target: string, forMs?: number): Promise<void>;
  heal(): Promise<void>;
}

export function simulatorControl(url: string): SimulatorControl {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const send = (): Promise<Response> =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    let response = await send();
    // On a starved machine the request did not come whole in time: nothing was done (RFC 9110 §15.5.9).
    while (response.status === 408) response = await send();
    if (!response.ok) throw new Error(`POST ${path} answers ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    press: async (device, count) =>
      ((await post("/press", { device, count })) as { readonly stored: number }).stored,
    waiting: async (device) => {
      const response = await fetch(`${url}/devices/${device}`);
      if (!response.ok) throw new Error(`GET /devices/${device} answers ${response.status}`);
      return ((await response.json()) as { readonly waiting: number }).waiting;
    },
    fault: async (kind, target, forMs) => {
      await post("/faults", forMs === undefined ? { kind, target } : { kind, target, forMs });
    },
    heal: async () => {
      await post("/heal", { all: true });
    },
  };
}
