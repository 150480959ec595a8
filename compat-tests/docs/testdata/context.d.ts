// What fragments of JavaScript in the documents may name without declaring it.

declare const io: typeof import("everwire-client").io;
declare const socket: import("everwire-client").Socket;
declare function show(value: unknown): void;
declare function token(): Promise<string>;
declare function wait(ms: number): Promise<void>;
