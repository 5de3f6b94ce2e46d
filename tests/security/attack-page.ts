/** What the attacking page is told of a server. */
export interface Victim {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly type: string;
}

/**
 * Runs in the browser, on a page of another server: everything that such a page may try without being asked, and what it
 * may only try after the server was asked. Resolves when all tries are over; what came of them only the server knows.
 */
export async function attackFromElsewhere(victims: readonly Victim[]): Promise<void> {
  const SIMPLE = ["text/plain", "application/x-www-form-urlencoded"];
  const settled = (tries: readonly (() => Promise<unknown>)[]): Promise<unknown> =>
    Promise.allSettled(tries.map((each) => each()));
  const form = (url: string, body: string, enctype: string): Promise<void> =>
    new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.name = `f${Math.random()}`;
      document.body.append(frame);
      const element = document.createElement("form");
      Object.assign(element, { method: "post", action: url, enctype, target: frame.name });
      const pairs = enctype === "text/plain" ? [[body, ""]] : body.split("&").map((pair) => pair.split("="));
      for (const [name = "", value = ""] of pairs) {
        const input = document.createElement("input");
        Object.assign(input, { name, value });
        element.append(input);
      }
      document.body.append(element);
      frame.addEventListener("load", () => resolve());
      element.submit();
      setTimeout(resolve, 2_000);
    });
  const image = (url: string): Promise<void> =>
    new Promise((resolve) => {
      const element = new Image();
      element.onload = () => resolve();
      element.onerror = () => resolve();
      element.src = url;
    });
  for (const { url, method, path, body, type } of victims) {
    const target = url + path;
    await settled([
      ...SIMPLE.map(
        (each) => () =>
          fetch(target, { method: "POST", mode: "no-cors", body, headers: { "content-type": each } }),
      ),
      // A blob without a type is sent without Content-Type.
      () => fetch(target, { method: "POST", mode: "no-cors", body: new Blob([body]) }),
      () =>
        fetch(target, {
          method: "POST",
          mode: "no-cors",
          body: new Blob([body]),
          referrerPolicy: "no-referrer",
        }),
      () => fetch(target, { method, headers: { "content-type": type }, body }),
      () => fetch(target, { method: "DELETE" }),
      async () => navigator.sendBeacon(target, new Blob([body], { type: "text/plain" })),
      () => form(target, body, "text/plain"),
      () => form(target, body, "application/x-www-form-urlencoded"),
      () => image(target),
    ]);
  }
}

/** Joins a Socket.IO server as a page of it does, and reports what no honest page would. @returns whether it was let in. */
export function joinAndLie(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    socket.onerror = () => resolve(false);
    socket.onmessage = ({ data }) => {
      const text = String(data);
      if (text.startsWith("0")) socket.send("40");
      const version = /^42\["snapshot",\{.*?"version":(\d+)/.exec(text)?.[1];
      if (version === undefined) return;
      socket.send(`42["shown",{"version":${version},"entries":999999}]`);
      setTimeout(() => resolve(true), 1_500);
    };
  });
}

/** Runs on a page whose own name was made to mean this machine: it and the server are of one origin, says the browser. */
export async function attackRebound({ method, path, body, type }: Victim): Promise<readonly number[]> {
  const answers = await Promise.allSettled([
    fetch(path, { method, body, headers: { "content-type": type } }),
    fetch(path, { method, body, headers: { "content-type": type, "x-forwarded-host": "localhost" } }),
    fetch(path),
  ]);
  return answers.map((answer) => (answer.status === "fulfilled" ? answer.value.status : 0));
}
