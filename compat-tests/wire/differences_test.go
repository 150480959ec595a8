// differences_test.go: where our server differs from the official one by choice. The rows take what they expect from
// here, so each line is tested against both servers.

package wire

import "github.com/everwire/everwire/compat-tests/internal/peer"

// A difference is what the two servers show at one line of the tests, as the row writes it: an HTTP status with its
// body, a packet, a close reason.
type difference struct {
	line     string
	official string
	ours     string
	why      string
}

var differences = []difference{
	{
		line:     "handshake of a page of another origin",
		official: `200 0{`,
		ours:     `403 {"code":4,"message":"Forbidden"}`,
		why:      "any page could open sessions with the cookies of its visitors; Config.Origins lists those that may",
	},
	{
		line:     "WebSocket of a page of another origin",
		official: "101",
		ours:     "403",
		why:      "browsers do not apply CORS to WebSockets, so the server has to",
	},
	{
		line:     "a parameter twice in the query",
		official: peer.UnknownSID,
		ours:     badRequest,
		why:      "a proxy that routes by the other value would decide differently",
	},
	{
		line:     "WebSocket with an old version",
		official: "101",
		ours:     "400",
		why:      "the official server upgrades, and then writes an HTTP answer into the WebSocket",
	},
	{
		line:     "a close packet over WebSocket",
		official: "ping timeout",
		ours:     "transport close",
		why:      "the client said that it leaves: nothing is gained by waiting for the heartbeat",
	},
	{
		line:     "the second of two polls",
		official: "400 ",
		ours:     badRequest,
		why:      "every refusal has the body that clients read",
	},
	{
		line:     "PUT and its kin with a session ID",
		official: "500",
		ours:     `405 {"code":2,"message":"Method not allowed"}`,
		why:      "it is the client's fault, not a failure of the server, and would wake who watches for those",
	},
	{
		line:     "a binary POST",
		official: "400 ",
		ours:     badRequest,
		why:      "every refusal has the body that clients read",
	},
	{
		line:     "a POST that cannot be read",
		official: "200 ok",
		ours:     badRequest,
		why:      "a client should not be told that all is well with what was thrown away",
	},
	{
		line:     "a POST that is not UTF-8",
		official: "200 ok",
		ours:     badRequest,
		why:      "what was sent could not be delivered unchanged",
	},
	{
		line:     "40 packets that wait for a poll",
		official: "40",
		ours:     "16 16 8",
		why:      "python-engineio ends a connection whose polls have more than 16 packets",
	},
	{
		line:     "a poll of 2,000 bytes for a client that takes gzip",
		official: "gzip",
		ours:     "",
		why:      "compression is off by default: it costs more time than it saves for short messages, and leaks secrets beside text of attackers",
	},
	{
		line:     "a poll after the server has closed",
		official: "200 6" + peer.Separator + "1",
		ours:     "200 1",
		why:      "the noop in front tells the client nothing; the close packet ends its session, as it does for a poll that waits",
	},
	{
		line:     "the reason of a violation",
		official: "forced close",
		ours:     "parse error",
		why:      "the application learns that the client was at fault; the client is told the same",
	},
	{
		line:     "the reason of a ping by the client",
		official: "transport error",
		ours:     "parse error",
		why:      "as above",
	},
	{
		line:     "a query behind the name of a namespace",
		official: `44/a?x=1,{"message":"Invalid namespace"}`,
		ours:     "40/a,",
		why:      "clients of older versions send their query there; it is no part of the name",
	},
	{
		line:     "events behind a CONNECT that is not answered yet",
		official: peer.End,
		ours:     `43/slow,1["x"]`,
		why:      "they wait for the middlewares in a queue of their socket: a client that hurries loses neither them nor its session",
	},
	{
		line:     "a CONNECT right behind the DISCONNECT",
		official: peer.End,
		ours:     "40/a,",
		why:      "packets are handled in the order in which they were sent",
	},
	{
		line:     "events in flight to a socket that the server has disconnected",
		official: peer.End,
		ours:     `431["alive"]`,
		why:      "the client could not know yet: its session, with other namespaces, would be lost for no fault",
	},
	{
		line:     "the ID of an acknowledgement beyond 2^53-1",
		official: `439007199254740992[1]`,
		ours:     peer.End,
		why:      "JavaScript cannot count that far: the answer would carry another ID",
	},
	{
		line:     "JSON nested deeper than 64 levels",
		official: `431[[[[`,
		ours:     peer.End,
		why:      "a parser's stack is not the client's to grow; no message of an application is nested like that",
	},
	{
		line:     "a CONNECT of more than 16 KiB",
		official: "40/a,",
		ours:     peer.End,
		why:      "who is not let in yet must not make the server work for it",
	},
	{
		line:     "a namespace more than 100 of one session",
		official: "40/a,{",
		ours:     `44/a,{"message":"Too many namespaces"}`,
		why:      "each is a socket with memory of its own",
	},
	{
		line:     "a POST of more than 1,000 packets",
		official: "200 ok",
		ours:     "413 ",
		why:      "a body of the largest size would hold half a million packets",
	},
	{
		line:     "more sessions of an address without a namespace than MaxUnjoined",
		official: "200 0{",
		ours:     `429 {"code":4,"message":"Too many sessions without a namespace from this address"}`,
		why:      "handshakes cost their sender nothing, and memory here for 45 seconds",
	},
	{
		line:     "the same over WebSocket",
		official: "101",
		ours:     "429",
		why:      "as above",
	},
	{
		line:     "messages that wait for a poll when the server shuts down",
		official: "", // it closes its listener: no client can see that they are forgotten
		ours:     `42["echoed",1]`,
		why:      "a shutdown loses nothing that can still be delivered: clients have a moment to fetch it",
	},
	{
		line:     "5 MiB that wait for a client",
		official: "kept",
		ours:     "slow client",
		why:      "a client that reads too slowly, or not at all, must not take the server's memory",
	},
	{
		line:     "the answer to a client that comes back",
		official: "event event event answer",
		ours:     "answer event event event",
		why:      "the official client keeps events that come before the answer, also when its connection ends then: it would get them twice",
	},
	{
		line:     "a volatile event where clients may come back",
		official: `["v","x"]`,
		ours:     `["v","x",offset]`,
		why:      "the official client takes a text that stands last for the offset, and could not come back with it",
	},
	{
		line:     "a client that comes back before its first event",
		official: "a fresh socket",
		ours:     "recovered",
		why:      "it has no offset because it has got nothing yet: all that it was sent is still there",
	},
	{
		line:     "an unknown offset of a client that has confirmed nothing",
		official: "a fresh socket",
		ours:     "all that the client may lack",
		why:      "the offset is that of a socket before, which official clients keep: of this one it has got nothing",
	},
	{
		line:     "middlewares for a client that comes back",
		official: "1",
		ours:     "2",
		why:      "who may enter can have changed meanwhile; the official server can be told to ask again",
	},
	{
		line:     "a preflight of an origin that is not listed",
		official: "204 ",
		ours:     `403 {"code":4,"message":"Forbidden"}`,
		why:      "the request that it asks for is refused, too; the browser makes the same of both",
	},
	{
		line:     "the methods that a preflight allows by default",
		official: "GET,HEAD,PUT,PATCH,POST,DELETE",
		ours:     "GET,POST",
		why:      "no others have a meaning here",
	},
	{
		line:     "how long a preflight is remembered",
		official: "",
		ours:     "600",
		why:      "browsers ask again after five seconds else, which is a round trip for each event that is polled; CORS.MaxAge says otherwise",
	},
	{
		line:     "the cookie in the 101",
		official: "",
		ours:     "io=SID; Path=/; HttpOnly; SameSite=Lax",
		why:      "a load balancer needs it for a WebSocket that comes again, too",
	},
	{
		line:     "the path without its slash",
		official: "404",
		ours:     "307",
		why:      "http.ServeMux sends clients to the path with its slash; who wants a 404 registers one",
	},
	{
		line:     "a generator that fails, over WebSocket",
		official: "101",
		ours:     "400",
		why:      "the official server upgrades, and then writes an HTTP answer into the WebSocket",
	},
	{
		line:     "a frame of a message that is not to be compressed",
		official: "0xc1",
		ours:     "0x81",
		why:      "the flag holds over both transports; the official server forgets it on its way to the frame, which its documentation does not say",
	},
}
