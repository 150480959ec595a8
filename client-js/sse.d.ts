// The SSE transport as a class for the official client: an element of its option transports.

/** A class of a transport, as socket.io-client 4.8 and engine.io-client 6.6 take it. */
export declare const SSE: new (opts: any) => any;
export default SSE;
