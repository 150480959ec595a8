// peer_test.go: a client over either transport, and what clients do with namespaces and events.

package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// peer is a client. Binary packets are written as in a payload, "b" and base64, over both transports.
type peer interface {
	send(packets ...string)
	next() string // the next packet, or end
	id() string   // of the session
}

// end is returned by peer.next when the server has ended the session.
const end = "the end"

// open opens a session over the row's transport.
func (s *server) open() peer {
	s.t.Helper()
	if s.over == websocket {
		return s.websocket("")
	}
	return s.poll("")
}

// join opens a session and connects to the main namespace.
func (s *server) join() peer {
	s.t.Helper()
	p := s.open()
	s.enter(p, "/", "")
	return p
}

// enter connects to a namespace and returns the ID of the socket.
func (s *server) enter(p peer, namespace, auth string) (id string) {
	s.t.Helper()
	prefix := ""
	if namespace != "/" {
		prefix = namespace + ","
	}
	p.send("40" + prefix + auth)
	data, ok := strings.CutPrefix(p.next(), "40"+prefix)
	require.True(s.t, ok, "CONNECT of %s is answered by %q", namespace, data)
	var answer map[string]string
	require.NoError(s.t, json.Unmarshal([]byte(data), &answer))
	require.Len(s.t, answer, 1, "the answer to CONNECT has the ID alone")
	return answer["sid"]
}

// expect reads packets and compares them.
func (s *server) expect(p peer, want ...string) {
	s.t.Helper()
	for _, w := range want {
		if got := p.next(); got != w {
			require.Fail(s.t, "another packet", "expected: %s\nactual  : %s\nthe application's log: %q", shorten(w), shorten(got), s.log())
		}
	}
}

// shorten keeps a message of megabytes out of the output.
func shorten(packet string) string {
	const most = 300
	if len(packet) <= most {
		return packet
	}
	return fmt.Sprintf("%s… (%d bytes)", packet[:most], len(packet))
}

// ask sends a packet and compares the answers to it.
func (s *server) ask(p peer, packet string, want ...string) {
	s.t.Helper()
	p.send(packet)
	s.expect(p, want...)
}

// alive asserts that the session goes on, and that nothing else was sent to it before.
func (s *server) alive(p peer) {
	s.t.Helper()
	s.ask(p, `42999["answer","alive"]`, `43999["alive"]`)
}

// gone asserts that the session does not exist.
func (s *server) gone(id string) {
	s.t.Helper()
	require.Equal(s.t, unknownSID, s.request("GET", newPolling+"&sid="+id, "").String())
}

// list returns the next n packets in the order of their text.
func list(p peer, n int) (packets []string) {
	for range n {
		packets = append(packets, p.next())
	}
	slices.Sort(packets)
	return packets
}
