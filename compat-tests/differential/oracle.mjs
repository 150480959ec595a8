// The official codecs, one question a line on standard input, one answer a line on standard output.
//
// Values travel with tags, so that nothing is lost on the way: null, true, false, ["n", bits of the float64 in hex],
// ["s", string], ["l", ...values], ["o", ...[key, value]], ["b", base64], ["u"] for undefined, ["d", ms] for a Date. A message is
// {text: base64} or {binary: base64}.

import { createInterface } from "node:readline";
import { types } from "node:util";
import * as eio from "engine.io-parser";
import * as sio from "socket.io-parser";
import msgpack from "socket.io-msgpack-parser";

const bytes = (base64 = "") => Buffer.from(base64, "base64");
// Text that is not UTF-8 never reaches the official codec: ws closes the connection.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const float = new DataView(new ArrayBuffer(8));

let lone; // whether the answer had half a surrogate pair in it

function string(s) {
  lone ||= !s.isWellFormed();
  return s;
}

function tagged(v) {
  switch (typeof v) {
    case "undefined":
      return ["u"];
    case "number":
      float.setFloat64(0, v);
      return ["n", float.getBigUint64(0).toString(16)];
    case "string":
      return ["s", string(v)];
    case "object":
      if (v === null) return null;
      if (Array.isArray(v)) return ["l", ...v.map(tagged)];
      if (Buffer.isBuffer(v)) return ["b", v.toString("base64")];
      return ["o", ...Object.keys(v).map((k) => [string(k), tagged(v[k])])];
  }
  return v;
}

function untagged(v) {
  if (!Array.isArray(v)) return v;
  const [tag, ...rest] = v;
  switch (tag) {
    case "u":
      return undefined;
    case "n":
      float.setBigUint64(0, BigInt("0x" + rest[0]));
      return float.getFloat64(0);
    case "d":
      return new Date(rest[0]);
    case "s":
      return rest[0];
    case "l":
      return rest.map(untagged);
    case "b":
      return binary(bytes(rest[0]));
  }
  const object = {};
  for (const [k, item] of rest) {
    // An assignment to __proto__ would not make a member.
    Object.defineProperty(object, k, { value: untagged(item), enumerable: true, writable: true, configurable: true });
  }
  return object;
}

// binary gives the data one of the forms that applications use.
function binary(data) {
  switch (data.length % 3) {
    case 0:
      return data;
    case 1:
      return new Uint8Array(data);
  }
  return Uint8Array.from(data).buffer;
}

const toMessage = (m) =>
  typeof m === "string"
    ? { text: Buffer.from(m).toString("base64") }
    : { binary: Buffer.from(m instanceof ArrayBuffer ? new Uint8Array(m) : m).toString("base64") };

// asJSON is what MessagePack's values would be as JSON, with bytes as they are; __proto__ stays a member if it is one.
function asJSON(v) {
  if (typeof v === "number" && !Number.isFinite(v)) return null;
  if (typeof v !== "object" || v === null || types.isUint8Array(v)) return v;
  if (types.isAnyArrayBuffer(v)) return Buffer.from(v);
  if (types.isDate(v)) return v.toJSON();
  if (Array.isArray(v)) return v.map((e) => asJSON(e) ?? null);
  const members = Object.keys(v).filter((k) => v[k] !== undefined);
  return Object.fromEntries(members.map((k) => [k, asJSON(v[k])]));
}

// decodeMsgpack decodes one message.
function decodeMsgpack(message) {
  const decoder = new msgpack.Decoder();
  let packet;
  decoder.on("decoded", (p) => (packet = p));
  try {
    decoder.add(bytes(message.binary));
  } catch (e) {
    return { error: e.message };
  }
  return { type: packet.type, nsp: packet.nsp, id: packet.id === undefined ? "" : String(packet.id), data: tagged(asJSON(packet.data)) };
}

function encodeMsgpack(q) {
  const packet = { type: q.type, nsp: q.nsp, data: untagged(q.data), options: { compress: true } };
  packet.id = q.id === "" ? undefined : Number(q.id);
  const messages = new msgpack.Encoder().encode(packet).map(toMessage);
  return { messages, steps: messages.map(decodeMsgpack) };
}

// decode returns for each message a packet, null while attachments are missing, or an error, which ends it.
function decode(messages) {
  const decoder = new sio.Decoder();
  const steps = [];
  let packet;
  decoder.on("decoded", (p) => (packet = p));
  for (const m of messages) {
    packet = null;
    try {
      decoder.add(m.text === undefined ? bytes(m.binary) : utf8.decode(bytes(m.text)));
    } catch (e) {
      steps.push({ error: e.message });
      break;
    }
    steps.push(
      packet && {
        type: packet.type,
        nsp: packet.nsp,
        id: packet.id === undefined ? "" : String(packet.id),
        data: tagged(packet.data),
      },
    );
  }
  return { steps, lone };
}

function encode(q) {
  const packet = { type: q.type, nsp: q.nsp, data: untagged(q.data) };
  if (packet.data === undefined) delete packet.data;
  if (q.id !== "") packet.id = Number(q.id);
  const messages = new sio.Encoder().encode(packet).map(toMessage);
  return { messages, ...decode(messages) };
}

const toPacket = (p) =>
  p.type === "error"
    ? { error: p.data }
    : typeof p.data === "object"
      ? { type: p.type, binary: p.data.toString("base64") }
      : { type: p.type, text: Buffer.from(p.data ?? "").toString("base64") };

const fromPacket = (p) => ({ type: p.type, data: p.binary === undefined ? bytes(p.text).toString() : bytes(p.binary) });

function answer(q) {
  lone = false;
  switch (q.op) {
    case "decode":
      return decode(q.messages ?? []);
    case "encode":
      return encode(q);
    case "decode msgpack":
      return { steps: q.messages.map(decodeMsgpack) };
    case "encode msgpack":
      return encodeMsgpack(q);
    case "packet":
      return { packets: [toPacket(eio.decodePacket(bytes(q.text).toString()))] };
    case "payload":
      return { packets: eio.decodePayload(bytes(q.text).toString()).map(toPacket) };
    case "write": {
      let written;
      eio.encodePayload(q.packets.map(fromPacket), (text) => (written = Buffer.from(text).toString("base64")));
      return { written };
    }
  }
  throw new Error("unknown question " + q.op);
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}
