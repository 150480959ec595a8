// e_rows_test.go: the rows E: attacks on the extension, which no catalogue has.

package hostile

// posting are the transports whose clients send by POST.
var posting = []string{polling, sse}

var rowsE = []row{
	{id: "E1", name: "numbers in URLs that are none, are missing or are there twice", on: transports, run: malformedNumbers},
	{id: "E2", name: "numbers in acknowledgements that are none", on: transports, run: malformedAcks},
	{id: "E3", name: "acknowledgements of what was never sent", on: transports, run: impossibleAcks},
	{id: "E4", name: "POST that is sent 60 times, 30 of them at once", on: posting, run: replayedPosts},
	{id: "E5", name: "POSTs of another connection, with gaps, without a session", on: posting, run: forgedPosts},
	{id: "E6", name: "polls that come late, again, or with the largest number", on: []string{polling}, run: lateAndFuturePolls},
	{id: "E7", name: "500 polls at a time", on: []string{polling}, run: floodOfPolls},
	{id: "E8", name: "attachment with the largest number", on: transports, run: largestAttachment},
	{id: "E9", name: "names of a race that are none", on: transports, run: wrongRaceNames},
	{id: "E10", name: "race of 40 legs", on: transports, run: manyLegs},
	{id: "E11", name: "legs of one number", on: transports, run: oneNumberTwice},
	{id: "E12", name: "400 races and nothing else", settings: settings{MaxUnjoined: 100}, run: onlyRaces},
	{id: "E13", name: "headers and queries of races whose sessions have ended", run: largeRaces},
	{id: "E14", name: "70,000 races, more than are remembered", heavy: true, heap: 32 << 20, settings: settings{Uncounted: true}, run: manyRaces},
	{id: "E15", name: "leg of another user", on: transports, settings: settings{Users: true}, run: legOfAnother},
	{id: "E16", name: "300 WebSockets on trial", on: transports, run: manyTrials},
	{id: "E17", name: "trials with packets that nobody should send", on: transports, run: wrongTrials},
	{id: "E18", name: "upgrade of a connection that is attached", on: transports, run: upgradeOfAttached},
	{id: "E19", name: "packets on a connection that was replaced", on: transports, run: retiredConnections},
	{id: "E20", name: "replaced connections that are neither read nor closed", waits: true, run: heldConnections},
	{id: "E21", name: "requests of the base in a session of the extension, and the reverse", on: transports, run: otherKinds},
	{id: "E22", name: "packets of the extension in a session of the base", on: transports, run: packetsOfTheExtension},
	{id: "E23", name: "session ID in the hands of another user", on: transports, settings: settings{Users: true}, run: otherUsers},
	{id: "E24", name: "20 bodies that are begun", on: posting, run: unfinishedBodies},
	{id: "E25", name: "bodies that are announced and do not come", on: posting, run: announcedBodies},
	{id: "E26", name: "20 POSTs while the application is busy", on: posting, run: postsThatWait},
	{id: "E27", name: "client that never acknowledges", on: transports, heavy: true, run: neverAcknowledges},
	{id: "E28", name: "flood of probes and acknowledgements", on: transports, run: floodOfControl},
	{id: "E29", name: "500 attachments in a row", on: transports, run: floodOfAttachments},
	{id: "E33", name: "attachments with a query of a megabyte", on: transports, run: longQueries},
	{id: "E30", name: "1,000 sessions that are left behind", heavy: true, waits: true, settings: settings{Window: 4000}, run: manyDetached},
	{id: "E31", name: "session whose window is over", settings: settings{Window: 300}, run: afterTheWindow},
	{
		id: "E32", name: "binary packets that are left unfinished by sessions without a connection", on: []string{websocket}, heavy: true, waits: true,
		settings: settings{Window: 3000, Memory: 8 << 20}, run: tornAndDetached,
	},
}
