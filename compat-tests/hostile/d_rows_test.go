// d_rows_test.go: the rows D: attacks without an advisory.

package hostile

import "time"

var rowsD = []row{
	{
		id: "D1", name: "what is not finished: headers, bodies, binary packets, answers", on: []string{polling}, heavy: true, control: true,
		settings: settings{HeaderTimeout: 2000, MaxPayload: 8_000_000}, run: slowloris, waits: true,
	},
	{id: "D1", name: "bodies that are announced and do not come", on: posting, run: announcedBody},
	{
		id: "D2", name: "15,000 handshakes and nothing else", on: []string{polling}, heavy: true, control: true,
		settings: settings{ConnectTimeout: 3000}, run: onlyHandshakes(15_000, 3*time.Second), waits: true,
	},
	{
		id: "D2", name: "5,000 handshakes and nothing else", on: []string{websocket, sse}, heavy: true, control: true,
		settings: settings{ConnectTimeout: 3500}, run: onlyHandshakes(5000, 3500*time.Millisecond), waits: true,
	},
	{id: "D2", name: "handshakes with headers of half a megabyte", on: transports, control: true, run: largeHandshakes},
	{id: "D3", name: "two polls at a time", on: []string{polling}, control: true, run: twoPolls},
	{id: "D3", name: "two streams at a time, and a poll", on: []string{sse}, run: twoStreams},
	{id: "D4", name: "two POSTs at a time", on: []string{polling, sse}, control: true, run: twoPosts},
	{
		id: "D5", name: "session ID in the hands of another origin", on: transports, control: true,
		settings: settings{Origins: []string{"https://good.example"}}, run: strangersPage,
	},
	{id: "D5", name: "session ID at another address", on: transports, control: true, run: otherAddress},
	{id: "D5", name: "session ID in the hands of another user", on: transports, settings: settings{Users: true}, run: otherUser},
	{id: "D6", name: "guesses of a session ID are answered alike", on: transports, control: true, run: guesses},
	{id: "D6", name: "guesses beyond 100 a minute", elsewhere: "limits of rates are options, off: against 128 random bits they protect only the log, and clients behind one address would hit them after a restart"},
	{id: "D7", name: "10,000 namespaces that do not exist", on: transports, heavy: true, control: true, run: unknownNamespaces},
	{id: "D7", name: "namespace that is entered and left 2,000 times", on: transports, control: true, run: inAndOut},
	{id: "D7", name: "name of a namespace that is too long", on: transports, control: true, run: longNamespace},
	{id: "D8", name: "ack IDs that JavaScript cannot count, or that are missing", on: transports, control: true, run: wrongAckIDs},
	{id: "D8", name: "acks that nobody waits for, and second ones", on: transports, control: true, run: strayAcks},
	{id: "D9", name: "JSON that is much larger in memory", on: transports, control: true, run: largeJSON},
	{id: "D10", name: "1,001 packets in a POST", on: []string{polling, sse}, control: true, run: manyPackets},
	{
		id: "D11", name: "heartbeat that is not answered", on: transports, control: true,
		settings: settings{PingInterval: 400, PingTimeout: 400}, run: silentClient,
	},
	{id: "D11", name: "100,000 pongs that nobody asked for", on: transports, control: true, run: pongFlood},
	{id: "D12", name: "upgrade that is tried twice on one connection", control: true, run: probeTwice},
	{id: "D12", name: "upgrade without having tried", control: true, run: upgradeUntried},
	{id: "D12", name: "message on a connection that is on trial", control: true, run: messageOnTrial},
	{id: "D12", name: "trial for a session that does not exist", control: true, run: trialOfNobody},
	{id: "D12", name: "upgrade while a poll waits and events come", control: true, run: upgradeDuringPoll},
	{id: "D12", name: "POST and poll after the upgrade", control: true, run: pollingAfterUpgrade},
	{id: "D12", name: "trial that is cut before the upgrade", control: true, run: cutTrial},
	{id: "D12", name: "two connections on trial", control: true, run: twoTrials},
	{id: "D12", name: "trial that falls silent", control: true, settings: settings{UpgradeTimeout: 300}, run: silentTrial},
	{id: "D12", name: "upgrade of a session that is a WebSocket", control: true, run: upgradeOfSocket},
	{id: "D12", name: "upgrade of a session that is a stream", on: []string{sse}, run: upgradeOfStream},
	{id: "D12", name: "upgrades with a query of a megabyte", run: longUpgrades},
	{id: "D12", name: "10,000 orders of what happens in an upgrade", elsewhere: "internal/sim"},
	{id: "D13", name: "methods other than GET and POST", on: transports, control: true, run: otherMethods},
	{
		id: "D13", name: "OPTIONS from an allowed origin and from others", on: []string{polling}, control: true,
		settings: settings{Origins: []string{"https://good.example"}}, run: preflight,
	},
	{id: "D14", name: "compressed body", on: []string{polling, sse}, control: true, run: compressedBody},
	{id: "D15", name: "reserved event names", on: transports, control: true, run: reservedNames},
	{id: "D15", name: "event names with a meaning in JavaScript", on: transports, control: true, run: oddNames},
	{id: "D15", name: "event name of 10 kB", on: transports, control: true, run: longName},
	{id: "D16", name: "client that never reads", on: transports, heavy: true, control: true, run: neverReads},
	{id: "D16", name: "one in a room never reads", heavy: true, control: true, run: oneNeverReads},
	{id: "D16", name: "client that leaves 1 MiB unread for 10 s", elsewhere: "the engine's own test has it, on a clock that need not wait"},
	{id: "D17", name: "line breaks and colours for the log", on: transports, run: logInjection},
	{id: "D18", name: "request within the body of a request", on: []string{polling, sse}, control: true, run: smuggling},
}
