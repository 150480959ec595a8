// Package wire tests the server from outside, on a real TCP listener, by requests and frames that are written by hand:
// what the official server shows on the wire, line by line, and what ours shows in its place where it differs by choice.
//
// Each check is a row with a name, and has a server of its own. A row speaks to whatever server it is given:
//
//	go test ./wire                                         # our server
//	EVERWIRE_COMPAT=1 go test ./wire                       # with the rows that take seconds
//	EVERWIRE_CONTROL=1 go test -v -run Control ./wire      # the official one, which proves what the rows expect
//	EVERWIRE_ROW='unknown sid' go test -v ./wire           # rows whose name holds the text
//
// With -v each run prints its counts, and names the rows that are pending, for the feature that they wait for, and those
// that cannot be seen on the wire. differences_test.go holds what both servers answer where they differ by choice, and
// why; pending_test.go holds what is not tested here, or not yet.
package wire
