// peer.go: what clients over either transport do with namespaces and events.

package peer

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"
)

// Peer is a client. Its session may end while it reads: then Next returns End.
type Peer interface {
	Send(packets ...string)
	Next() string // the next packet, or End
	ID() string   // of the session
	Opened() string
}

// End is returned by Peer.Next when the server has ended the session.
const End = "the end"

// Open opens a session over a transport. More of the query and headers may be given.
func (s *Site) Open(transport, more string, header ...string) Peer {
	s.T.Helper()
	if transport == Websocket {
		return s.Websocket(more, header...)
	}
	return s.Poll(more, header...)
}

// Enter connects to a namespace and returns the ID of the socket, which must be all of the answer.
func (s *Site) Enter(p Peer, namespace, auth string) (id string) {
	s.T.Helper()
	prefix := ""
	if namespace != "/" {
		prefix = namespace + ","
	}
	p.Send("40" + prefix + auth)
	data, ok := strings.CutPrefix(p.Next(), "40"+prefix)
	require.True(s.T, ok, "CONNECT of %s is answered by %q", namespace, data)
	var answer map[string]string
	require.NoError(s.T, json.Unmarshal([]byte(data), &answer))
	require.Len(s.T, answer, 1, "the answer to CONNECT has the ID alone")
	return answer["sid"]
}

// Expect reads packets and compares them.
func (s *Site) Expect(p Peer, want ...string) {
	s.T.Helper()
	for _, w := range want {
		if got := p.Next(); got != w {
			require.Fail(s.T, "another packet", "expected: %s\nactual  : %s\n%s", shorten(w), shorten(got), s.log())
		}
	}
}

func (s *Site) log() string {
	if s.Log == nil {
		return ""
	}
	return fmt.Sprintf("the application's log: %q", s.Log())
}

// shorten keeps a message of megabytes out of the output.
func shorten(packet string) string {
	const most = 300
	if len(packet) <= most {
		return packet
	}
	return fmt.Sprintf("%s… (%d bytes)", packet[:most], len(packet))
}

// Ask sends a packet and compares the answers to it.
func (s *Site) Ask(p Peer, packet string, want ...string) {
	s.T.Helper()
	p.Send(packet)
	s.Expect(p, want...)
}
