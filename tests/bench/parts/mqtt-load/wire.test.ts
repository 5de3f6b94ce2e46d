import { expect, test } from "vitest";
import { AnswerReader, connectPacket, nextId, publishPacket } from "./wire.ts";

function reader(): { readonly answers: AnswerReader; readonly heard: string[] } {
  const heard: string[] = [];
  const answers = new AnswerReader(
    () => heard.push("connected"),
    () => heard.push("acknowledged"),
  );
  return { answers, heard };
}

const connack = (code: number): Buffer => Buffer.from([0x20, 2, 0, code]);
const puback = (id: number): Buffer => Buffer.from([0x40, 2, id >> 8, id & 0xff]);

test("a CONNECT as MQTT 3.1.1 prints it", () => {
  expect(connectPacket("40380", 300).toString("hex")).toBe(
    ["1018", "0004", "4d515454", "04", "82", "012c", "0005", "3430333830", "0005", "3430333830"].join(""),
  );
});

test("a PUBLISH's length takes a second byte from 128 on", () => {
  const packet = publishPacket(Buffer.from("a/b"), 513, Buffer.alloc(200, 7));
  expect(packet.subarray(0, 10).toString("hex")).toBe(["32", "cf01", "0003", "612f62", "0201"].join(""));
  expect(packet.length).toBe(3 + 207);
  expect(packet.at(-1)).toBe(7);
});

test("answers are the same however they are cut", () => {
  const bytes = Buffer.concat([connack(0), puback(1), Buffer.from([0xd0, 0]), puback(2), puback(3)]);
  for (let size = 1; size <= bytes.length; size++) {
    const { answers, heard } = reader();
    for (let at = 0; at < bytes.length; at += size) answers.read(bytes.subarray(at, at + size));
    expect(heard).toEqual(["connected", "acknowledged", "acknowledged", "acknowledged"]);
  }
});

test("a PUBACK out of order, a refused CONNECT and a strange packet end the measurement", () => {
  expect(() => reader().answers.read(puback(2))).toThrow("PUBACK 2 came where 1 was due");
  expect(() => reader().answers.read(connack(5))).toThrow("refused with 5");
  expect(() => reader().answers.read(Buffer.from([0x90, 3, 0, 1]))).toThrow("type 144");
});

test("packet ids go round without 0", () => {
  expect([nextId(1), nextId(65_535)]).toEqual([2, 1]);
});
