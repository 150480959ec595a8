// The events of an application, as server and client share them.

export interface Message {
  id: number;
  from: string;
  text: string;
  at: string;
  image?: ArrayBuffer;
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: string };

export interface ServerToClient {
  message: (message: Message) => void;
  typing: (who: string, on: boolean) => void;
  presence: (online: readonly string[]) => void;
  ping_me: (answer: (at: number) => void) => void;
  bytes: (data: ArrayBuffer | Uint8Array) => void;
  nothing: () => void;
}

export interface ClientToServer {
  say: (room: string, text: string, done: (result: Result<Message>) => void) => void;
  typing: (room: string, on: boolean) => void;
  join: (room: string) => void;
  history: (room: string, before: number | null, done: (messages: Message[], more: boolean) => void) => void;
  upload: (name: string, data: Blob | ArrayBuffer, done: (err: Error | null, url?: string) => void) => void;
}
