#!/usr/bin/env node
// @ts-check
// Firefox as Playwright wants it. Playwright gives each browser its media features (`emulation.setMediaFeaturesOverride`)
// and takes no refusal. Firefox before that command refuses it. This stands in Firefox's place, starts it, and passes all
// of WebDriver BiDi on. It answers that one command itself where Firefox does not know it: the preferences set them.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { WebSocket, WebSocketServer } from "ws";

const GAP = "emulation.setMediaFeaturesOverride";
const READY = /WebDriver BiDi listening on (ws:\/\/\S+)$/;

const firefox = spawn(process.env["FIREFOX"] ?? "firefox", process.argv.slice(2), {
  stdio: ["ignore", "ignore", "pipe"],
});
firefox.once("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
firefox.once("exit", (code) => process.exit(code ?? 1));
for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT", "SIGHUP"]))
  process.on(signal, () => firefox.kill(signal));

createInterface(firefox.stderr).on("line", (line) => {
  const address = READY.exec(line)?.[1];
  if (address === undefined) process.stderr.write(`${line}\n`);
  else stand(address);
});

/** @param {string} address - Firefox's own. */
function stand(address) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (client, request) => pass(client, new WebSocket(`${address}${request.url}`)));
  server.once("listening", () => {
    const bound = server.address();
    const port = typeof bound === "object" ? bound?.port : 0;
    process.stderr.write(`WebDriver BiDi listening on ws://127.0.0.1:${port}\n`);
  });
}

/**
 * @param {WebSocket} client
 * @param {WebSocket} browser
 */
function pass(client, browser) {
  /** Commands that Firefox may not know, by their id. @type {Set<number>} */
  const doubtful = new Set();
  const opened = new Promise((resolve) => browser.once("open", resolve));
  client.on("message", async (bytes) => {
    const text = String(bytes);
    if (text.includes(GAP)) doubtful.add(JSON.parse(text).id);
    await opened;
    browser.send(text);
  });
  browser.on("message", (bytes) => {
    const text = String(bytes);
    client.send(doubtful.size > 0 ? answered(text, doubtful) : text);
  });
  client.once("close", () => browser.close());
  browser.once("close", () => client.close());
  browser.on("error", () => client.close());
}

/**
 * @param {string} text
 * @param {Set<number>} doubtful
 */
function answered(text, doubtful) {
  const message = JSON.parse(text);
  if (!doubtful.delete(message.id) || message.error !== "unknown command") return text;
  return JSON.stringify({ type: "success", id: message.id, result: {} });
}
