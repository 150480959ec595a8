// b_bombs_test.go: compressed messages that are larger than they look, or are none.

package hostile

import (
	"bytes"
	"compress/flate"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// deflating is an offer that has both sides compress each message for itself.
const deflating = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"

const rsv1 = 0x40

// deflated compresses for permessage-deflate.
func deflated(parts ...io.Reader) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // the level is valid
	_, _ = io.Copy(w, io.MultiReader(parts...))        // a buffer takes everything
	_ = w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

// zeros are n bytes of zero.
func zeros(n int64) io.Reader { return io.LimitReader(zero{}, n) }

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

var rowsBombs = []row{
	{
		id: "B3", name: "a message that inflates to a thousand times its size", on: []string{websocket}, control: true, settings: settings{Compress: true},
		run: func(a *attack) {
			bomb := deflated(strings.NewReader(`42["`+a.marker+`","`), zeros(50<<20))
			require.Less(a, len(bomb), 64<<10)
			half := len(bomb) / 2
			for name, frames := range map[string][][]byte{
				"text":         {frame(final|rsv1|opText, bomb)},
				"binary":       {frame(final|rsv1|opBinary, bomb)},
				"in parts":     {frame(rsv1|opText, bomb[:half]), frame(final|opContinuation, bomb[half:])},
				"never ending": {frame(rsv1|opText, bomb)},
			} {
				a.naming(name, func() {
					s := a.join(deflating)
					a.atMost(cost{cpu: 20 * time.Millisecond, peak: 4 << 20, allocated: 4 << 20}, a.spent(func() {
						s.write(frames...)
						s.mustClose(tooBig)
					}))
				})
			}
			require.Empty(a, a.events())
		},
	},
	{
		id: "B3", name: "a byte more than may be, inflated", on: []string{websocket}, control: true, settings: settings{Compress: true},
		run: func(a *attack) {
			for _, more := range []int64{0, 1} {
				s := a.join(deflating)
				const around = `42["e",""]`
				s.write(frame(final|rsv1|opText, deflated(strings.NewReader(`42["e","`), strings.NewReader(repeat("x", int(1_000_000+more)-len(around))),
					strings.NewReader(`"]`))))
				if more > 0 {
					s.mustClose(tooBig)
				} else {
					s.mustLive()
				}
			}
			require.Equal(a, map[string]int{"e": 1}, a.events())
		},
	},
	{
		id: "B3", name: "messages as large as may be, one after the other", on: []string{websocket}, control: true, settings: settings{Compress: true},
		run: func(a *attack) {
			s := a.join(deflating)
			large := frame(final|rsv1|opText, deflated(strings.NewReader(`42["e","`), strings.NewReader(repeat("x", 999_000)), strings.NewReader(`"]`)))
			const n = 50
			a.atMost(cost{peak: 32 << 20}, a.spent(func() {
				for range n {
					s.write(large)
				}
				s.mustLive()
			}))
			require.Equal(a, map[string]int{"e": n}, a.events())
		},
	},
	{
		id: "B3", name: "what cannot be inflated", on: []string{websocket}, control: true, settings: settings{Compress: true},
		run: func(a *attack) {
			for _, payload := range []string{"\xff\xff\xff\xff", "\x00\x05\x00\x00\x00", deflated(strings.NewReader(repeat("abc", 500)))[:9], "\x06\x00"} {
				s := a.join(deflating)
				a.naming(payload, func() {
					s.write(frame(final|rsv1|opText, payload))
					s.mustClose(invalidText, protocolError)
				})
			}
			s := a.join(deflating)
			s.write(frame(final|rsv1|opText, deflated(strings.NewReader("42[\"e\",\"\xff\"]"))))
			s.mustClose(invalidText)
			require.Empty(a, a.events())
		},
	},
	{
		id: "B3", name: "offers with parameters that are wrong", on: []string{websocket}, control: true, settings: settings{Compress: true},
		run: func(a *attack) {
			for _, offer := range []string{
				"permessage-deflate; server_max_window_bits=99", "permessage-deflate; client_max_window_bits=x", "permessage-deflate; constructor",
				"permessage-deflate; server_no_context_takeover; server_no_context_takeover", repeat("permessage-deflate;a,", 1_000),
				"permessage-deflate; " + repeat("a; ", 2_000), "permessage-deflate=1", `permessage-deflate; client_max_window_bits="`,
			} {
				a.counted(1)
				a.within(5*time.Millisecond, func() {
					got, _ := a.upgrade(endpoint(websocket, ""), "Sec-WebSocket-Extensions: "+offer)
					require.Contains(a, []int{http.StatusSwitchingProtocols, http.StatusBadRequest}, got.status, "%.40q: %s", offer, got)
					require.Empty(a, got.header.Get("Sec-WebSocket-Extensions"), "%.40q", offer)
				})
			}
		},
	},
}
