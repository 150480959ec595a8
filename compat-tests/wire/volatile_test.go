// volatile_test.go: events that a busy connection does not take.

package wire

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// large keeps a WebSocket busy for a moment.
const large = `900000`

func volatiles() []row {
	return slices.Concat(inBoth(
		row{name: "alone", check: volatileRow([]string{`"v",volatile,1`}, "v")},
		row{name: "alone, binary", check: volatileRow([]string{`"v",binary,1`}, "v")},
		row{name: "behind another packet", check: volatileRow([]string{`"big",` + large, `"v",volatile,1`}, "big")},
		row{name: "behind another packet, binary", check: volatileRow([]string{`"big",` + large, `"v",binary,1`}, "big")},
		row{name: "of several the first", check: volatileRow([]string{`"v1",volatile,` + large, `"v2",volatile,1`, `"v3",volatile,1`}, "v1")},
		row{name: "of several the first, binary",
			check: volatileRow([]string{`"v1",binary,` + large, `"v2",binary,1`, `"v3",binary,1`}, "v1")},
		row{name: "what follows one that is dropped", check: volatileRow([]string{`"big",` + large, `"v",volatile,1`, `"n",1`}, "big", "n")},
		row{name: "it holds for one event", check: volatileRow([]string{`"v",volatile,` + large, `"n1",1`, `"n2",1`}, "v", "n1", "n2")},
	))
}

// volatileRow has events emitted without a break, and says which of them arrive.
func volatileRow(events []string, arrive ...string) func(*server) {
	steps := make([]string, len(events))
	for i, e := range events {
		e = strings.Replace(e, ",binary,", `,volatile,"binary":true,`, 1)
		e = strings.Replace(e, ",volatile,", `,"volatile":true,`, 1)
		last := strings.LastIndexByte(e, ',')
		steps[i] = `{"name":` + e[:last] + `,"size":` + e[last+1:] + `}`
	}
	return func(s *server) {
		p := s.join()
		next := s.sequence(p, append(steps, `{"name":"end","size":1}`)...)
		var names []string
		for packet := next(); !strings.Contains(packet, `["end"`); packet = next() {
			if rest, ok := strings.CutPrefix(packet, "b"); ok {
				require.NotEmpty(s.T, rest)
				continue
			}
			names = append(names, strings.Split(packet, `"`)[1])
		}
		require.Equal(s.T, arrive, names)
	}
}

// sequence has the server emit the events, with a connection that is ready to take them, and returns what reads them.
func (s *server) sequence(p peer.Peer, steps ...string) (next func() string) {
	s.T.Helper()
	packet := `42["sequence",[` + strings.Join(steps, ",") + `]]`
	poller, ok := p.(*peer.Poll)
	if !ok {
		p.Send(packet)
		return p.Next
	}
	poll := poller.Wait()
	p.Send(packet)
	a := s.Ended(poll)
	require.Equal(s.T, 200, a.Status)
	first := strings.Split(a.Body, peer.Separator)
	return func() (packet string) {
		if len(first) == 0 {
			return p.Next()
		}
		packet, first = first[0], first[1:]
		return packet
	}
}
