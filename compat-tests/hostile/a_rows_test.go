// a_rows_test.go: the rows A: advisories of Socket.IO, Engine.IO and their parsers.

package hostile

import "slices"

var rowsA = slices.Concat(rowsSids, rowsOrigins, rowsPackets, rowsParser, rowsHandshakes, rowsJSON, []row{
	{id: "A18", name: "session IDs, rooms and namespaces with names of a prototype, between nodes", pending: featureCluster},
	{id: "A19", name: "certificates that are not verified", run: strangersCertificate},
	{id: "A22", name: "messages of another namespace between nodes", pending: featureCluster},
})
