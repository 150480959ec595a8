// a_packets_test.go: names, sizes and numbers of packets.

package hostile

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

var rowsPackets = []row{
	{
		id: "A5", name: `an event named "error"`, on: transports, control: true,
		run: func(a *attack) {
			s := a.join()
			s.send(`42["error",{}]`, `421["error",{"text":"`+a.marker+`"}]`)
			require.Equal(a, `431["handled"]`, s.next())
			require.Equal(a, 2, a.events()["error"])
			s.mustLive()
		},
	},
	{
		id: "A6", name: "a POST of nothing but tiny packets", on: []string{polling, sse}, control: true,
		run: func(a *attack) {
			for _, body := range []string{
				repeat("2"+separator, 500_000),
				repeat(separator, 1_000_000),
				repeat("4"+separator, 500_000),
				repeat("b"+separator, 500_000),
				repeat(separator, 900), // not too many
				repeat("2"+separator, 900) + "2",
			} {
				s := a.join()
				s.wait()
				var got answer
				a.atMost(cost{cpu: 50 * time.Millisecond, peak: 8 << 20}, a.spent(func() { got = s.post(body) }))
				if got.status != http.StatusRequestEntityTooLarge { // which changes nothing
					s.mustClose()
				}
			}
		},
	},
	{
		id: "A7", name: "990,000 digits for the number of attachments", on: transports, control: true,
		run: func(a *attack) {
			s := a.join()
			s.wait()
			packet := "45" + repeat("1", 990_000) + `-["e"]`
			a.atMost(cost{peak: 8 << 20}, a.spent(func() {
				a.within(20*time.Millisecond, func() {
					s.send(packet)
					s.mustClose()
				})
			}))
		},
	},
	{
		id: "A12", name: "a forbidden frame in one segment with the handshake", on: []string{websocket}, control: true,
		run: func(a *attack) {
			w := a.dial()
			head := upgradeHead("Host: " + a.addr)
			_, err := w.tcp.Write(append([]byte("GET "+endpoint(websocket, "")+" HTTP/1.1\r\n"+head+"\r\n"), 0xF1, 0x80, 0, 0, 0, 0))
			require.NoError(a, err)
			got := w.answer(http.MethodGet)
			require.True(a, got.switching(), "%s", got)
			code, err := w.end()
			require.NoError(a, err)
			require.Equal(a, 1002, code)
			a.counted(1)
		},
	},
	{
		id: "A16", name: "a POST of bytes, which protocol 4 does not have", on: []string{polling, sse}, control: true,
		run: func(a *attack) {
			s := a.join()
			a.within(time.Second/slack, func() {
				got := s.post("\x04\x00", "Content-Type: application/octet-stream")
				require.Equal(a, http.StatusBadRequest, got.status, "%s", got)
			})
			s.mustClose()
		},
	},
	{
		id: "A16", name: "2,000 POSTs of bytes", on: []string{polling, sse}, control: true, heavy: true,
		run: func(a *attack) {
			for range 2_000 {
				s := a.open()
				w := a.dial() // a connection that would be kept
				got := w.request(http.MethodPost, s.endpoint(), "Content-Type: application/octet-stream\r\n", "\x04\x00")
				require.Equal(a, http.StatusBadRequest, got.status, "%s", got)
				_ = w.tcp.Close()
				s.drop()
			}
			require.LessOrEqual(a, a.stats().Sessions, bystanding)
		},
	},
	{
		id: "A21", name: "10,000 calls that are never answered", on: transports, control: true,
		run: func(a *attack) {
			s := a.join()
			s.askAll(1_000)
			before := a.state().Heap
			s.askAll(10_000)
			require.Less(a, a.state().Heap, before+1<<20, "calls are kept")
			s.send(`430["late"]`, `439999["late"]`)
			s.mustLive()
		},
	},
	{id: "A21", name: "calls of a room that are never answered", pending: featureCalls},
}

// askAll has the server call n times, and answers none of the calls.
func (s *session) askAll(n int) {
	s.send(fmt.Sprintf(`4277["ask-all",%d,50]`, n))
	late := fmt.Sprintf(`4377[%d]`, n)
	questions := 0
	for p := s.next(); p != late; p = s.next() {
		require.True(s.a, strings.HasSuffix(p, `["question"]`), p)
		questions++
	}
	require.Greater(s.a, questions, n/4) // not n of them: on a busy machine some time out before they are sent
}
