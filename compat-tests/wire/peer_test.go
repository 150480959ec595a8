// peer_test.go: what rows have their clients do.

package wire

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// open opens a session over the row's transport.
func (s *server) open() peer.Peer {
	s.T.Helper()
	return s.Open(s.over, "")
}

// join opens a session and connects to the main namespace.
func (s *server) join() peer.Peer {
	s.T.Helper()
	p := s.open()
	s.Enter(p, "/", "")
	return p
}

// alive asserts that the session goes on, and that nothing else was sent to it before.
func (s *server) alive(p peer.Peer) {
	s.T.Helper()
	s.Ask(p, `42999["answer","alive"]`, `43999["alive"]`)
}

// gone asserts that the session does not exist.
func (s *server) gone(id string) {
	s.T.Helper()
	require.Equal(s.T, peer.UnknownSID, s.Request("GET", peer.NewPolling+"&sid="+id, "").String())
}

// list returns the next n packets in the order of their text.
func list(p peer.Peer, n int) (packets []string) {
	for range n {
		packets = append(packets, p.Next())
	}
	slices.Sort(packets)
	return packets
}
