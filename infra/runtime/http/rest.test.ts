import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readBody, textOf } from "./body.ts";
import { RestError } from "./errors.ts";
import { mediaTypeOf, negotiate } from "./media.ts";
import { createRouter } from "./router.ts";

const route = createRouter([
  { method: "GET", path: "/subjects", handler: "list" },
  { method: "POST", path: "/subjects/:subject", handler: "lookup" },
  { method: "GET", path: "/schemas/types", handler: "types" },
  { method: "GET", path: "/schemas/:id", handler: "schema" },
]);

test("a path finds its handler, with its parameters decoded", () => {
  expect(route("GET", "/subjects").handler).toBe("list");
  expect(route("HEAD", "/subjects/").handler).toBe("list");
  expect(route("POST", "/subjects/a%2Fb%20c")).toEqual({ handler: "lookup", params: { subject: "a/b c" } });
});

test("a literal segment wins over a parameter", () => {
  expect(route("GET", "/schemas/types").handler).toBe("types");
  expect(route("GET", "/schemas/7").params).toEqual({ id: "7" });
});

test.each([
  ["GET", "/nothing", 404],
  ["GET", "/subjects/a/b", 404],
  ["PUT", "/subjects", 405],
  ["POST", "/subjects/%E0%A4%A", 400],
])("%s %s answers %d", (method, path, status) => {
  expect(() => route(method, path)).toThrow(expect.objectContaining({ status, code: status }) as RestError);
});

test("a method that is not there is answered with those that are", () => {
  const headers = { allow: "GET, HEAD" };
  expect(() => route("PUT", "/subjects")).toThrow(expect.objectContaining({ headers }) as RestError);
  // HTTP/2 passes on any word.
  expect(() => route("constructor", "/subjects")).toThrow(expect.objectContaining({ headers }) as RestError);
});

test("a parameter may be as long as a request's head, and hold every character", () => {
  const subject = `${"x".repeat(9_000)}%/é:*?#;`;
  expect(route("POST", `/subjects/${encodeURIComponent(subject)}`).params).toEqual({ subject });
});

test.each([
  [undefined, "a/v1+json"],
  ["", "a/v1+json"],
  ["*/*", "a/v1+json"],
  ["a/*", "a/v1+json"],
  ["application/json", "application/json"],
  ["text/html, Application/JSON;charset=utf-8", "application/json"],
  ["a/v1+json;q=0.5, application/json", "application/json"],
  ["a/v1+json;q=0, */*", "application/json"],
  ["text/plain", undefined],
])("Accept %s takes %s", (accept, type) => {
  expect(negotiate(accept, ["a/v1+json", "application/json"])).toBe(type);
});

test("a media type is compared without parameters and case", () => {
  expect(mediaTypeOf("Application/JSON ; charset=utf-8")).toBe("application/json");
  expect(mediaTypeOf("")).toBeUndefined();
});

function incoming(chunks: readonly string[], headers = {}): IncomingMessage {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  return Object.assign(stream, { headers }) as unknown as IncomingMessage;
}

test("a body is read up to the limit and not a byte further", async () => {
  expect((await readBody(incoming(["ab", "cd"]), 4)).toString()).toBe("abcd");
  await expect(readBody(incoming(["ab", "cde"]), 4)).rejects.toMatchObject({ status: 413 });
  await expect(readBody(incoming(["a"], { "content-length": "33" }), 4)).rejects.toMatchObject({
    status: 413,
  });
});

test("bytes that are not UTF-8 are refused", () => {
  expect(textOf(Buffer.from("é"))).toBe("é");
  expect(() => textOf(Buffer.from([0xff]))).toThrow(RestError);
});
