import { isUtf8 } from "node:buffer";
import { WebSocket } from "ws";
import { readyCity, serve } from "../../../central/dashboard/server/testing/served.ts";
import type { Target } from "../target.ts";
import { repeated, texts } from "./texts.ts";

const RESYNC = '42["resync"]';
const AGAIN_MS = 100;
const SNAPSHOT = '42["snapshot"';

/** A page of a real server; the server itself is the same for all of them. */
class TestPage {
  static #server: Promise<string> | undefined;
  readonly #socket: WebSocket;
  #heard: (snapshot: boolean) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const text = String(data);
      if (text.startsWith("0")) socket.send("40");
      if (text === "2") socket.send("3");
      if (text.startsWith(SNAPSHOT)) this.#heard(true);
    });
    socket.on("close", () => this.#heard(false));
    socket.on("error", () => {});
  }

  static async open(): Promise<TestPage> {
    TestPage.#server ??= readyCity()
      .then((city) => serve(city))
      .then(({ url }) => url);
    const url = (await TestPage.#server).replace("http", "ws");
    const page = new TestPage(new WebSocket(`${url}/socket.io/?EIO=4&transport=websocket`));
    if (!(await page.#answer())) throw new Error("the server takes no page any more");
    return page;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** @returns whether the server still answers this page, and has not sent it away. */
  async say(message: Buffer): Promise<boolean> {
    const answered = this.#answer();
    this.#socket.send(isUtf8(message) ? message.toString() : message);
    this.#socket.send(RESYNC);
    // A packet of the same read as the one that ends the session is dropped; the next one closes the connection.
    const again = setInterval(() => this.#socket.send(RESYNC), AGAIN_MS);
    return answered.finally(() => clearInterval(again));
  }

  #answer(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }
}

let page: TestPage | undefined;

export const socketIo: Target = {
  name: "socket-io",
  about: "what a page sends: packets of Engine.IO and Socket.IO, and events",
  maxBytes: 4096,
  corpus: texts(
    ...['42["shown",{"version":3,"entries":5}]', RESYNC, "40", "41", "1", "2", "3", "6"],
    ...['42/x,["shown",1]', '421["shown",{"version":1,"entries":null}]', '431["ack"]', "44{}"],
    ...['451-["shown",{"_placeholder":true,"num":0}]', '42["disconnect"]', '42["__proto__",{}]', "40/x,{}"],
  ),
  families: {
    "n entries": (n) => Buffer.from(`42["shown",{"version":1,"entries":${"9".repeat(n)}}]`),
    "n arguments": (n) => Buffer.from(`42["shown",${repeated(n, String)}]`),
    "n arrays in each other": (n) => Buffer.from(`42["shown",${"[".repeat(n)}${"]".repeat(n)}]`),
    "n attachments": (n) => Buffer.from(`45${n}-["shown"]`),
  },
  async take(input) {
    if (!page?.isOpen) page = await TestPage.open();
    return page.say(input);
  },
};
