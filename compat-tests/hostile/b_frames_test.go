// b_frames_test.go: frames that lie about their length, and text that is none.

package hostile

import (
	"net/http"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	protocolError = 1002
	invalidText   = 1007
	policy        = 1008
	tooBig        = 1009
)

var rowsFrames = []row{
	{
		id: "B1", name: "lengths of 64 bits that overflow", on: []string{websocket}, control: true,
		run: func(a *attack) {
			for _, length := range []string{
				"\xff\xff\xff\xff\xff\xff\xff\xff", "\x7f\xff\xff\xff\xff\xff\xff\xff", "\x80\x00\x00\x00\x00\x00\x00\x00",
				"\xff\xff\xff\xff\xff\xff\xff\xf0", "\x7f\xff\xff\xff\xff\xff\xff\xf2",
			} {
				for _, first := range []byte{final | opBinary, opText, final | opContinuation, final | opPing} {
					s := a.join()
					a.atMost(cost{cpu: 20 * time.Millisecond, peak: 8 << 20}, a.spent(func() {
						s.write([]byte{first, 0xff}, []byte(length), []byte{0, 0, 0, 0}, []byte(a.marker))
						s.mustClose(protocolError, tooBig)
					}))
				}
			}
		},
	},
	{
		id: "B2", name: "a server does not mask", on: []string{websocket}, control: true,
		run: func(a *attack) {
			s := a.join()
			s.send(`421["echo","` + a.marker + `"]`)
			require.Equal(a, `431["`+a.marker+`"]`, s.next(), "each frame is looked at where it is read")
		},
	},
	{
		id: "B3", name: "compression that is offered is not used", on: []string{websocket}, control: true,
		run: func(a *attack) {
			offer := "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
			s := a.join(offer)
			got, w := a.upgrade(endpoint(websocket, ""), offer)
			require.NotNil(a, w, "%s", got)
			a.counted(1)
			require.Empty(a, got.header.Get("Sec-WebSocket-Extensions"))
			s.write(frame(final|0x40|opText, "\xf2\x48\xcd\xc9\xc9\x07\x00"))
			s.mustClose(protocolError)
		},
	},
	{
		id: "B4", name: "text that is not UTF-8", on: transports, control: true,
		run: func(a *attack) {
			for _, body := range []string{
				"42[\"e\",\"\xff\"]", "42[\"e\",\"\xff\xfe\"]", "42[\"e\",\"\xed\xa0\x80\"]", "42[\"e\",\"\xc0\xaf\"]", "42[\"e\",\"\xf4\x90\x80\x80\"]",
				"42[\"\xe2\x82\"]", "40/\xff,", "\xff\xfe",
			} {
				s := a.join()
				s.wait()
				a.naming(body, func() {
					s.send(body)
					s.mustClose(invalidText)
				})
			}
			require.Empty(a, a.events())
		},
	},
	{
		id: "B4", name: "text whose character is cut by frames", on: []string{websocket}, control: true,
		run: func(a *attack) {
			s := a.join()
			s.write(frame(opText, "421[\"echo\",\"\xe2"), frame(final|opPing, "in between"), frame(opContinuation, "\x82"),
				frame(final|opContinuation, "\xac\"]"))
			require.Equal(a, `431["€"]`, s.next())
			s.write(frame(opText, "42[\"e\",\"\xe2"), frame(final|opContinuation, "\x28\xa1\"]"))
			s.mustClose(invalidText)
		},
	},
	{
		id: "B5", name: "pings and close frames with more memory than was sent", on: []string{websocket}, control: true,
		run: func(a *attack) {
			s := a.join()
			for _, data := range []string{"", "x", repeat("y", 125)} {
				s.write(frame(final|opPing, data))
				got, err := s.ws.read()
				require.NoError(a, err)
				require.Equal(a, received{opPong, data}, got)
			}
			s.write(frame(final|opPing, repeat("z", 126)))
			s.mustClose(protocolError)
			for _, payload := range []string{"", "\x03\xe8", "\x03\xe8bye", "\x03\xe8" + repeat("r", 123)} {
				s := a.join()
				s.write(frame(final|opClose, payload))
				got, err := s.ws.read()
				require.NoError(a, err)
				require.Equal(a, byte(opClose), got.op)
				require.LessOrEqual(a, len(got.payload), len(payload))
				require.True(a, len(got.payload) < 2 || got.payload[:2] == payload[:2], "%q", got.payload)
			}
			for _, payload := range []string{"\x03\xe8" + repeat("r", 124), "\x03\xee", "\x00\x00"} {
				s := a.join()
				s.write(frame(final|opClose, payload))
				s.mustClose(protocolError)
			}
			s = a.join()
			s.write(frame(final|opClose, "\x03"))
			s.mustClose(protocolError, noCode)
		},
	},
	{
		id: "B6", name: "a frame that announces a gigabyte", on: []string{websocket}, control: true,
		run: func(a *attack) {
			for _, head := range [][]byte{
				frameHead(final|opBinary, 1<<30), frameHead(final|opText, 1<<30), frameHead(final|opText, 1_000_001), frameHead(opText, 1<<40),
			} {
				s := a.join()
				a.atMost(cost{peak: 4 << 20, allocated: 4 << 20}, a.spent(func() {
					s.write(head)
					s.mustClose(tooBig)
				}))
			}
		},
	},
	{
		id: "B6", name: "messages in parts that are too large together", on: []string{websocket}, control: true,
		run: func(a *attack) {
			s := a.join()
			half := `2["e","` + repeat("x", 600_000)
			s.write(frame(opText, "4"+half), frame(final|opContinuation, half))
			s.mustClose(tooBig)
			require.Empty(a, a.events())
		},
	},
	{
		id: "B6", name: "a POST that announces a gigabyte", on: []string{polling, sse}, control: true,
		run: func(a *attack) {
			s := a.join()
			kept := a.dial()
			for _, post := range []func(head string) answer{
				func(head string) answer { return s.post(repeat("4", 2_200_000), head) },
				// On a connection that shall be kept nothing of the body is waited for.
				func(head string) answer {
					return kept.request(http.MethodPost, s.endpoint(), header(head), "4")
				},
			} {
				a.atMost(cost{peak: 8 << 20, allocated: 8 << 20}, a.spent(func() {
					a.within(100*time.Millisecond, func() {
						got := post("Content-Length: 1073741824")
						require.Equal(a, http.StatusRequestEntityTooLarge, got.status, "%s", got)
					})
				}))
			}
			s.mustLive()
		},
	},
}
