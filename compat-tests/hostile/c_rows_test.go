// c_rows_test.go: the rows C: advisories of SockJS, Centrifugo, SignalR, Phoenix, other servers and what stands around
// them.

package hostile

var rowsC = []row{
	{id: "C1", name: "Upgrade header on requests that are no WebSocket", on: []string{polling, sse}, control: true, run: upgradeElsewhere},
	{id: "C2", name: "JSONP callback with a script in it", on: []string{polling}, run: scriptCallback},
	{id: "C3", name: "page of another site opens a WebSocket", elsewhere: "the same as A3"},
	{id: "C4", name: "pickle, gob and cut messages from the broker", pending: featureCluster},
	{id: "C5", name: "binary packet before CONNECT", on: transports, control: true, run: tornBeforeConnect},
	{id: "C5", name: "binary packets that 200 sessions leave unfinished", on: transports, heavy: true, control: true, run: tornAndLeft},
	{id: "C5", name: "binary packet that is never finished", elsewhere: "D1 has some, among others that are not finished"},
	{id: "C5", name: "events for 90 namespaces while Auth decides", heavy: true, run: beforeAuth},
	{id: "C5", name: "attachments that wait for a handler, the last one empty", heavy: true, run: beforeHandler},
	{id: "C6", name: "claims of a token choose whose keys are fetched", elsewhere: "the library asks Auth who a client is; it fetches and keeps no keys"},
	{id: "C7", name: "insecure setting without a warning", run: insecureSettings},
	{id: "C8", name: "MessagePack that nests a million deep", on: transports, run: msgpackRefused(msgpackNested)},
	{id: "C8", name: "MessagePack that announces more than it has", on: transports, run: msgpackRefused(msgpackAnnounced)},
	{id: "C8", name: "MessagePack that is no packet, and text in its place", on: transports, run: msgpackRefused(msgpackNoPacket)},
	{
		id: "C9", name: "5,000 sessions leave with full replay buffers", heavy: true,
		settings: settings{Memory: 16 << 20}, run: fullBuffers,
	},
	{id: "C10", name: "room names that differ in case, or by a NUL", on: transports, control: true, run: roomNames},
	{id: "C10", name: "room names that differ in case leave no subscriptions", pending: featureCluster},
	{id: "C11", name: "denial of service of SignalR", elsewhere: "no details are public"},
	{
		id: "C12", name: "more namespaces than a session may have", on: transports, control: true,
		settings: settings{Namespaces: 101}, run: tooManyNamespaces,
	},
	{id: "C12", name: "more packets than a POST may have", elsewhere: "the same as D10"},
	{id: "C13", name: "keys and rooms with names of JavaScript's own", on: transports, control: true, run: prototypeKeys},
	{id: "C13", name: "keys with names of JavaScript's own, in a page", pending: featureClientJS},
	{id: "C14", name: "wildcard in an allowed origin matches its neighbours", run: wildcardOrigins},
	{id: "C15", name: "allowed origin is the beginning of another", run: prefixOrigins},
	{id: "C16", name: "line breaks and separators in what is emitted", on: transports, control: true, run: lineBreaks},
	{id: "C16", name: "line breaks in the name of a namespace", on: transports, run: brokenNamespace},
	{id: "C17", name: "server mounted in Gin by hand", run: mountedByHand},
	{
		id: "C18", name: "1,000 handshakes, each forwarded for another address", on: transports, heavy: true,
		settings: settings{MaxUnjoined: 20}, run: forwardedFor,
	},
	{id: "C18", name: "the same through Gin, which trusts all proxies", run: forwardedThroughGin},
	{id: "C19", name: "answers of a stalled Redis out of order", pending: featureCluster},
	{id: "C20", name: "HTTP/2 requests that are reset at once", heavy: true, run: rapidReset},
	{id: "C20", name: "Go release that has these holes", run: goRelease},
	{id: "C21", name: "archived Go server", elsewhere: "no advisory is known"},
	{id: "C22", name: "body of a gigabyte, announced or in chunks", on: []string{polling, sse}, control: true, run: hugeBody},
	{id: "C22", name: "WebSocket message of a gigabyte", elsewhere: "the same as B6"},
	{id: "C23", name: "older and newer protocol versions", on: transports, control: true, run: otherVersions},
}
