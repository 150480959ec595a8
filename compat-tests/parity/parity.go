// Package parity is the list of what the Socket.IO 4.8 server has, and of what stands in its place here: every option,
// method, event and rule of the wire is a row, and every row is a subtest that proves it.
//
//	go test ./parity                                        # all rows, and that docs/parity.md is up to date
//	go test -v -run 'Test/parity/server-to$' ./parity       # one row
//	go generate ./parity                                    # writes docs/parity.md
//	go run ./parity/gen -json                               # the rows as JSON
//
// A row that is left out says why, and its subtest asserts what a client or an application meets in its place.
package parity

//go:generate go run ./gen -write ../../docs/parity.md

// Status says how a row compares.
type Status string

// The statuses.
const (
	Same     Status = "same"                // an application can do the same, a client sees the same
	ByChoice Status = "different by choice" // there is something in its place; Why says how it differs, and why
	LeftOut  Status = "left out"            // there is nothing in its place; Why says why
)

// Row is one thing that the Socket.IO server has.
type Row struct {
	ID       string   `json:"id"`       // the name of its subtest; it does not change
	Upstream string   `json:"socketio"` // what Socket.IO has
	Ours     string   `json:"everwire"` // what stands in its place
	Status   Status   `json:"status"`
	Why      string   `json:"why,omitempty"`     // of all statuses but Same
	Wire     []string `json:"wire,omitempty"`    // rows of compat-tests/wire that the official server meets too
	Waiting  string   `json:"waiting,omitempty"` // the feature that is not there yet
}

// Area is the rows of one subject.
type Area struct {
	Name  string `json:"area"`
	Intro string `json:"-"`
	Rows  []Row  `json:"rows"`
}

// Areas returns all rows.
func Areas() []Area {
	areas := []Area{
		{"Server options", "Fields of `everwire.Config`, or the application's router and HTTP server.", serverOptions},
		{"Engine options", "Sessions and transports.", engineOptions},
		{"Requests", "How requests are verified, and what refuses them.", requests},
		{"Engine", "What `io.engine` and `socket.conn` show.", engineRows},
		{"Polling and upgrade", "", pollingRows},
		{"Server", "Methods and events of `io`. A `*everwire.Server` is also its main namespace.", server},
		{"Namespaces", "", namespaces},
		{"Dynamic namespaces", "", dynamic},
		{"Adapter", "What links the nodes of a cluster.", adapters},
		{"Socket", "State, and the handshake that it came with.", socketState},
		{"Sending", "What a socket can send.", sending},
		{"Rooms and ends of a socket", "", ends},
		{"Listening", "Events that come in, and those that listen to all of them.", listening},
		{"Broadcasting", "What selects many sockets; a `Target` is a value.", broadcasting},
		{"Acknowledgements of many", "", manyAnswers},
		{"Remote sockets", "Sockets of all nodes, as `FetchSockets` returns them.", remoteSockets},
		{"Connection state recovery", "For stock clients; clients with resumption need none.", recovery},
		{"Client files", "", clientFiles},
		{"Packets", "The text form of the official clients.", packets},
		{"msgpack", "The binary form of `socket.io-msgpack-parser`.", msgpackRows},
	}
	for _, a := range areas {
		for i, r := range a.Rows {
			a.Rows[i].Waiting = waiting[r.ID]
		}
	}
	return areas
}

// wire names rows of compat-tests/wire.
func wire(rows ...string) []string { return rows }
