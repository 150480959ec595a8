// The types of the client for require(): what index.d.ts has.

export * from "./index.js";
export { default } from "./index.js";
