// constants.js: times in milliseconds, sizes in bytes, and codes. The build puts them where they are used: nothing may be
// imported here.

/** Versions of the protocols. */
export const engineProtocol = 4, socketProtocol = 5;

/** A timer that fires so much later than it should has slept with the device. */
export const asleep = 2000;

/** How long it is remembered which transport got through. */
export const lifetime = 600000;

/**
 * When a WebSocket is tried while the session is on another transport. The wait doubles with each failure, and begins anew
 * once a WebSocket has lasted.
 */
export const upwardFirst = 5000, upwardMax = 600000, lasting = 60000;

/** How long to wait for OPEN; it doubles with each failure in a row. */
export const patienceMin = 2500, patienceMax = 20000;

/** Where there are bytes before an answer: the slowest network that has time for them, in bytes a millisecond, and the limit. */
export const slowest = 16, patienceLong = 60000;

/** The head start of a leg: as many round trips of the last session, within bounds. */
export const headStart = 3, headStartMin = 250, headStartMax = 600, usualRoundTrip = 200;

/** Between tries to attach again. */
export const rejoinMin = 50, rejoinMax = 5000;

/** Refusals "superseded" in a row. */
export const maxSuper = 3;

/** After OPEN, until the connection is asked again. */
export const swapWait = 5000;

/** When the client acknowledges what it has, at the latest. */
export const ackMessages = 32, ackBytes = 65536, ackDelay = 1000;

/** When a connection is asked because what was sent on it is not acknowledged. */
export const sentWait = 2000;

/** Packets that the server takes in one POST, and bytes that are good for it. */
export const maxPackets = 900, postBytes = 65536;

/** Tries of a POST, and the wait before the second one; the next is twice as long. */
export const maxPosts = 3, postWait = 200;

/** Failures of a poll in a row, and the wait in between. */
export const maxPolls = 3, pollWait = 100;

/** Bytes that wait in a WebSocket which is busy. */
export const busyBytes = 65536;

/** How long what is left may be acknowledged when the application has ended the session. */
export const goodbyeWait = 10000;

/** What a WebSocket is closed with by a server that refuses something; its answers to requests count as the same. */
export const unknown = 4001, superseded = 4002, tooLarge = 1009;

/** Types of packets. Binary events and acknowledgements are 5 and 6 on the wire, and 2 and 3 here. */
export const CONNECT = 0, DISCONNECT = 1, EVENT = 2, ACK = 3, CONNECT_ERROR = 4;

/** Bytes of events that may wait to be sent, if the option maxSendBuffer says nothing else. */
export const sendBuffer = 4194304;

/** A hint of the server is believed once in that time: one that loses each session at once would be asked without a pause. */
export const hintWait = 5000;
