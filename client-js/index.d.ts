// The types of the client, with the names of socket.io-client: an application typed against that compiles against this.

type Listener = (...args: any[]) => void;

/** Events and the types of their listeners. */
export interface EventsMap {
  [event: string]: any;
}

/** Any event, with any arguments. */
export interface DefaultEventsMap {
  [event: string]: (...args: any[]) => void;
}

export type EventNames<Map extends EventsMap> = keyof Map & (string | symbol);
export type EventParams<Map extends EventsMap, Ev extends EventNames<Map>> = Parameters<Map[Ev]>;

type Last<T extends any[]> = T extends [...infer _H, infer L] ? L : any;
type AllButLast<T extends any[]> = T extends [...infer H, infer _L] ? H : any[];
type FirstArg<T> = T extends (first: infer P) => any ? P : T extends (first: infer P, ...rest: any[]) => any ? P : any;
type SecondArg<T> = T extends (first: Error, second: infer P, ...rest: any[]) => any ? P : any;
type WithErrorFirst<T> = T extends (...args: infer A) => infer R ? (err: Error, ...args: A) => R : T;
type AddErrorToLast<T extends any[]> = T extends [...infer H, infer L] ? [...H, WithErrorFirst<L>] : T;

/** Events whose answers may fail: their callbacks are given an error first. */
export type DecorateAcknowledgements<E> = {
  [K in keyof E]: E[K] extends (...args: infer P) => infer R ? (...args: AddErrorToLast<P>) => R : E[K];
};

type ListenerOf<Map extends EventsMap, Ev extends EventNames<Map>> =
  Map[Ev] extends (...args: any[]) => any ? Map[Ev] : Listener;

/** Why a session was lost, where that is known. */
export type DisconnectDescription = Error | { description: string; context?: unknown };

/** A refusal of the server, with what it says about it. */
export interface ExtendedError extends Error {
  data?: any;
}

export interface SocketReservedEvents {
  connect: () => void;
  connect_error: (err: ExtendedError) => void;
  disconnect: (reason: Socket.DisconnectReason, description?: DisconnectDescription) => void;
}

export interface SocketOptions {
  /** Sent to the server with each connect of the namespace. */
  auth?: { [key: string]: any } | ((give: (data: object) => void) => void);
  /** How often an event without an answer is sent again. Default: never. */
  retries?: number;
  /** Milliseconds for which an answer is waited. Default: for ever. */
  ackTimeout?: number;
}

/** A transport that can be named in the option transports. */
export interface TransportClass {
  prototype: { name: string };
}

/** Options of the official client that are accepted and have no effect here. */
export interface UnusedOptions {
  /** @deprecated All transports are tried, always. */
  tryAllTransports: boolean;
  /** @deprecated The limits of requests follow from the network. */
  requestTimeout: number;
  /** @deprecated Give a class with compression in the option WebSocket. */
  perMessageDeflate: { threshold: number };
  /** @deprecated In Node, set TLS up in a class of your own in the option WebSocket, or for the whole process. */
  agent: any;
  /** @deprecated See agent. */
  pfx: any;
  /** @deprecated See agent. */
  key: any;
  /** @deprecated See agent. */
  passphrase: string;
  /** @deprecated See agent. */
  cert: any;
  /** @deprecated See agent. */
  ca: any;
  /** @deprecated See agent. */
  ciphers: string;
  /** @deprecated See agent. */
  rejectUnauthorized: boolean;
}

export interface ManagerOptions extends UnusedOptions {
  /** Default "/socket.io". */
  path: string;
  addTrailingSlash: boolean;
  /** Ask for sessions that outlive their connections. Default true; servers of others do not know it. */
  resume: boolean;
  /** In order of preference. Default websocket, sse, polling. */
  transports: ReadonlyArray<"websocket" | "sse" | "polling" | (string & {}) | TransportClass>;
  transportOptions: { [name: string]: { extraHeaders?: { [header: string]: string } } };
  /** Whether to leave polling and SSE for a WebSocket. Default true. */
  upgrade: boolean;
  /** Whether to begin with the transport that got through last. Default true, for 10 minutes. */
  rememberUpgrade: boolean;
  query: { [key: string]: any };
  timestampRequests: boolean;
  timestampParam: string;
  withCredentials: boolean;
  extraHeaders: { [header: string]: string };
  closeOnBeforeunload: boolean;
  forceBase64: boolean;
  protocols: string | string[];
  /** The class of WebSockets, where there is none, as in Node 20. */
  WebSocket: any;
  useNativeTimers: boolean;
  autoUnref: boolean;
  host: string;
  hostname: string;
  port: string | number;
  secure: boolean;
  forceNew: boolean;
  multiplex: boolean;
  reconnection: boolean;
  reconnectionAttempts: number;
  /** Milliseconds; default 1000. */
  reconnectionDelay: number;
  /** Milliseconds; default 5000. */
  reconnectionDelayMax: number;
  randomizationFactor: number;
  /** Milliseconds for one try to connect; default 20000. */
  timeout: number | false;
  autoConnect: boolean;
  /** Bytes of events that may wait to be sent; default 4 MiB. emit throws above it. */
  maxSendBuffer: number;
  parser: any;
}

export declare class Emitter<Listen extends EventsMap, Emit extends EventsMap, Reserved extends EventsMap = {}> {
  on<Ev extends EventNames<Reserved> | EventNames<Listen>>(event: Ev, listener: Ev extends keyof Reserved ? Reserved[Ev] : Ev extends EventNames<Listen> ? ListenerOf<Listen, Ev> : never): this;
  once<Ev extends EventNames<Reserved> | EventNames<Listen>>(event: Ev, listener: Ev extends keyof Reserved ? Reserved[Ev] : Ev extends EventNames<Listen> ? ListenerOf<Listen, Ev> : never): this;
  off<Ev extends EventNames<Reserved> | EventNames<Listen>>(event?: Ev, listener?: Listener): this;
  removeListener(event?: string, listener?: Listener): this;
  removeAllListeners(event?: string): this;
  addEventListener(event: string, listener: Listener): this;
  removeEventListener(event?: string, listener?: Listener): this;
  listeners(event: string): Listener[];
  hasListeners(event: string): boolean;
  emit<Ev extends EventNames<Emit>>(event: Ev, ...args: EventParams<Emit, Ev>): this;
}

/** A transport that is in use. */
export interface Transport {
  readonly name: string;
  readonly writable: boolean;
}

/** One session of the server. */
export declare class Engine extends Emitter<DefaultEventsMap, DefaultEventsMap> {
  readonly id: string;
  readonly transport: Transport;
  readonly readyState: "opening" | "open" | "closing" | "closed";
  readonly protocol: number;
  write(data: any, options?: any, done?: () => void): this;
  send(data: any, options?: any, done?: () => void): this;
  close(): this;
}

export interface ManagerReservedEvents {
  open: () => void;
  close: (reason: string, description?: DisconnectDescription) => void;
  error: (err: Error) => void;
  ping: () => void;
  packet: (packet: any) => void;
  reconnect_attempt: (attempt: number) => void;
  reconnect: (attempt: number) => void;
  reconnect_error: (err: Error) => void;
  reconnect_failed: () => void;
  /** The session has lost its connection, and looks for another. */
  suspend: () => void;
  /** It has found one; nothing was lost. */
  resume: () => void;
}

export declare class Manager<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>
  extends Emitter<{}, {}, ManagerReservedEvents> {
  constructor(uri?: string, opts?: Partial<ManagerOptions>);
  constructor(opts?: Partial<ManagerOptions>);
  engine: Engine;
  opts: Partial<ManagerOptions>;
  reconnection(): boolean;
  reconnection(v: boolean): this;
  reconnectionAttempts(): number;
  reconnectionAttempts(v: number): this;
  reconnectionDelay(): number;
  reconnectionDelay(v: number): this;
  reconnectionDelayMax(): number;
  reconnectionDelayMax(v: number): this;
  randomizationFactor(): number;
  randomizationFactor(v: number): this;
  timeout(): number | false;
  timeout(v: number | false): this;
  open(done?: (err?: Error) => void): this;
  connect(done?: (err?: Error) => void): this;
  disconnect(): void;
  socket(nsp: string, opts?: Partial<SocketOptions>): Socket<ListenEvents, EmitEvents>;
}

export declare class Socket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>
  extends Emitter<ListenEvents, EmitEvents, SocketReservedEvents> {
  constructor(io: Manager, nsp: string, opts?: Partial<SocketOptions>);
  readonly io: Manager<ListenEvents, EmitEvents>;
  readonly nsp: string;
  id: string | undefined;
  connected: boolean;
  readonly disconnected: boolean;
  readonly active: boolean;
  recovered: boolean;
  auth: { [key: string]: any } | ((give: (data: object) => void) => void);
  receiveBuffer: ReadonlyArray<any>[];
  sendBuffer: any[];
  connect(): this;
  open(): this;
  disconnect(): this;
  close(): this;
  send(...args: any[]): this;
  emitWithAck<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: AllButLast<EventParams<EmitEvents, Ev>>):
    Promise<Last<EventParams<EmitEvents, Ev>> extends (first: Error, ...rest: any[]) => any
      ? SecondArg<Last<EventParams<EmitEvents, Ev>>> : FirstArg<Last<EventParams<EmitEvents, Ev>>>>;
  compress(compress: boolean): this;
  readonly volatile: this;
  timeout(ms: number): Socket<ListenEvents, DecorateAcknowledgements<EmitEvents>>;
  onAny(listener: Listener): this;
  prependAny(listener: Listener): this;
  offAny(listener?: Listener): this;
  listenersAny(): Listener[];
  onAnyOutgoing(listener: Listener): this;
  prependAnyOutgoing(listener: Listener): this;
  offAnyOutgoing(listener?: Listener): this;
  listenersAnyOutgoing(): Listener[];
}

export declare namespace Socket {
  type DisconnectReason = "io server disconnect" | "io client disconnect" | "ping timeout" | "transport close" | "transport error" | "parse error" | "forced close";
}

/** Connects to a namespace of a server. */
export declare function io<L extends EventsMap = DefaultEventsMap, E extends EventsMap = L>(uri?: string, opts?: Partial<ManagerOptions & SocketOptions>): Socket<L, E>;
export declare function io<L extends EventsMap = DefaultEventsMap, E extends EventsMap = L>(opts?: Partial<ManagerOptions & SocketOptions>): Socket<L, E>;
export declare namespace io {
  export { io, io as connect, Manager, Socket, protocol };
}

export declare const protocol: number;
export { io as connect };
export default io;

export declare const WebSocket: TransportClass;
export declare const NodeWebSocket: TransportClass;
export declare const SSE: TransportClass;
export declare const XHR: TransportClass;
export declare const NodeXHR: TransportClass;
export declare const Fetch: TransportClass;
