// b_fragments_test.go: messages that never end.

package hostile

import (
	"bytes"
	"io"
	"net"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
)

var rowsFragments = []row{
	{
		id: "B10", name: "1.1 million fragments of one byte", on: []string{websocket}, control: true,
		run: func(a *attack) {
			a.flood(frame(opText, "4"), frame(opContinuation, "a"), 1_100_000)
		},
	},
	{
		id: "B10", name: "1.1 million binary fragments of one byte", on: []string{websocket}, control: true,
		run: func(a *attack) {
			a.flood(frame(opBinary, "a"), frame(opContinuation, "a"), 1_100_000)
		},
	},
	{
		id: "B10", name: "1,000 halves of a message of 64 KiB, held for ever", on: []string{websocket}, control: true, heavy: true, waits: true,
		settings: settings{PingInterval: 1000, PingTimeout: 1000},
		run: func(a *attack) {
			const n, size = 1_000, 32 << 10
			var held []*session
			for range n {
				held = append(held, a.join())
			}
			before := a.state().Heap
			for _, s := range held {
				s.write(frame(opBinary, repeat("a", size)), frame(final|opPing, "read?"))
			}
			for _, s := range held {
				require.NoError(a, s.ws.lasts(a.target.patience))
				for f := (received{}); f.op != opPong; {
					var err error
					f, err = s.ws.read()
					require.NoError(a, err)
				}
			}
			require.LessOrEqual(a, a.state().Heap, before+3*n*size, "of a message is kept what was sent, three times at most: buffers grow in steps")
			for _, s := range held {
				require.NoError(a, s.ws.lasts(a.target.patience))
				_, err := s.ws.end()
				require.NoError(a, err, "the heartbeat must end it")
			}
			a.until("the sessions are gone", func() bool { return a.stats().Sessions <= bystanding })
		},
	},
	{
		id: "B11", name: "empty fragments for ever", on: []string{websocket}, control: true,
		run: func(a *attack) {
			for _, first := range []byte{opText, opBinary} {
				a.flood(frame(first, ""), frame(opContinuation, ""), 1_000_000)
			}
		},
	},
	{
		id: "B11", name: "a message that is sent for as long as the connection lasts", on: []string{websocket}, control: true, heavy: true, waits: true,
		settings: settings{PingInterval: 300, PingTimeout: 300},
		run: func(a *attack) {
			pings, bytes := a.join(), a.join()
			pings.write(frame(opText, "4"))
			bytes.write(frameHead(final|opText, 900_000))
			a.mustEndWhile(map[*session][]byte{pings: frame(final|opPing, ""), bytes: []byte("4")})
		},
	},
}

// flood sends a message of many fragments, which must be too many before its end. Nothing is kept of what was too much.
func (a *attack) flood(first, next []byte, n int) {
	s := a.join()
	ended := make(chan int, 1)
	go func() { // ends with the connection
		code, err := s.ws.end()
		if err != nil {
			code = 0
		}
		ended <- code
	}()
	a.atMost(cost{cpu: 100 * time.Millisecond, peak: 8 << 20}, a.spent(func() {
		s.write(first)
		const atOnce = 1000
		many := bytes.Repeat(next, atOnce)
		for i := 0; i < n; i += atOnce {
			if _, err := s.ws.tcp.Write(many); err != nil {
				break
			}
		}
		// The close frame may be lost: a connection that is closed before all was read from it is reset.
		require.Contains(a, []int{tooBig, policy, dropped}, <-ended, "code of the close frame; 0: the connection does not end")
	}))
	s.mustBeGone()
	require.Empty(a, a.events())
}

// mustEndWhile sends to sessions again and again, which must not keep them beyond the heartbeat, nor their connections for
// much longer.
func (a *attack) mustEndWhile(drip map[*session][]byte) {
	const closing = 10 * time.Second // is waited for an answer to the close frame
	for s := range drip {
		go discard(s.ws.tcp) // ends with the connection
	}
	var unknown sync.WaitGroup
	for s := range drip {
		unknown.Go(func() { s.mustBeGone() })
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for start := time.Now(); len(drip) > 0 && time.Since(start) < closing; <-tick.C {
		for s, b := range drip {
			if _, err := s.ws.tcp.Write(b); err != nil {
				delete(drip, s)
			}
		}
	}
	unknown.Wait()
	require.Empty(a, drip, "connections are kept")
}

// discard reads what a server sends to a client that is not interested.
func discard(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
