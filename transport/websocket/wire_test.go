// wire_test.go: frames: the good, the bad, and those that never end.

package websocket_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

const (
	finText   = 0x81
	finBinary = 0x82
	finClose  = 0x88
	finPing   = 0x89
	finPong   = 0x8a
	text      = 0x01
	more      = 0x00
	finMore   = 0x80
)

func TestFrameLengths(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	s := <-f.Sessions
	for _, n := range []int{0, 1, 124, 125, 126, 127, 65534, 65535, 65536, 99_999} {
		data := strings.Repeat("x", n)
		w.send(masked(finBinary, data))
		f.hears(t, string(eio.Append(nil, eio.Binary([]byte(data)))))
		require.NoError(t, s.Send(engine.NewMessage(eio.Binary([]byte(data)))))
		op, got := w.frame()
		require.Equal(t, byte(2), op)
		require.Equal(t, data, got)

		w.send(masked(finText, "4"+data))
		f.hears(t, "4"+data)
		require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte(data)))))
		op, got = w.frame()
		require.Equal(t, byte(1), op)
		require.Equal(t, "4"+data, got)
	}
}

func TestControlFrames(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	for _, data := range []string{"", "x", strings.Repeat("p", 125)} {
		w.send(masked(finPing, data))
		op, got := w.frame()
		require.Equal(t, byte(10), op)
		require.Equal(t, data, got, "a pong is identical")
	}
	w.send(masked(finPong, "unasked"))
	w.send(masked(text, "4ha") + masked(finPing, "between") + masked(finMore, "lf"))
	op, got := w.frame()
	require.Equal(t, "between", got)
	require.Equal(t, byte(10), op)
	f.hears(t, "4half")
}

// A close frame is answered at once, in kind; clients wait for that.
func TestCloseIsAnswered(t *testing.T) {
	for code, body := range map[uint16]string{0: "", 1000: "\x03\xe8", 1001: "\x03\xe9bye", 4321: "\x10\xe1"} {
		f := setUp(t)
		w := f.shake(t, "")
		start := time.Now()
		w.send(masked(finClose, body))
		w.closes(code)
		w.over()
		require.Less(t, time.Since(start), time.Second)
		f.ended(t, engine.TransportClose)
	}
}

func TestServerCloses(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	(<-f.Sessions).Close(engine.ForcedClose)
	w.closes(0)
	f.ended(t, engine.ForcedClose)
	w.send(masked(finClose, ""))
	w.over()
}

// What breaks the protocol ends the connection with the code for it, and nothing
// of it is delivered.
func TestBadFrames(t *testing.T) {
	for _, c := range []struct {
		name, frames string
		code         uint16
		reason       engine.CloseReason
	}{
		{"invalid UTF-8", masked(finText, "42[\"e\",\"\xff\"]"), 1007, engine.ParseError},
		{"UTF-8 cut off", masked(finText, "4\xe2\x82"), 1007, engine.ParseError},
		{"over the limit", masked(finBinary, strings.Repeat("x", maxPayload+1)), 1009, engine.TransportError},
		{"a gigabyte announced", "\x82\xff\x00\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x00", 1009, engine.TransportError},
		{"fragments over the limit", masked(0x02, strings.Repeat("x", maxPayload-1)) + masked(finMore, "xx"), 1009, engine.TransportError},
		{"length beyond 63 bits", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 0xffff, engine.TransportError},
		{"not masked", "\x81\x024x", 1002, engine.TransportError},
		{"reserved bits", "\xf1\x80\x00\x00\x00\x00", 1002, engine.TransportError},
		{"reserved opcode", masked(0x83, "x"), 1002, engine.TransportError},
		{"reserved control opcode", masked(0x8b, "x"), 1002, engine.TransportError},
		{"long ping", masked(finPing, strings.Repeat("x", 126)), 1002, engine.TransportError},
		{"ping in parts", masked(0x09, "x"), 1002, engine.TransportError},
		{"continuation of nothing", masked(finMore, "x"), 1002, engine.TransportError},
		{"text within a message", masked(text, "4x") + masked(finText, "4y"), 1002, engine.TransportError},
		{"close code that is none", masked(finClose, "\x03\xed"), 1002, engine.TransportError},
		{"close reason not UTF-8", masked(finClose, "\x03\xe8\xff"), 1002, engine.TransportError},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := setUp(t)
			w := f.shake(t, "")
			w.send(c.frames)
			if c.code != 0xffff { // else any end will do
				w.closes(c.code)
			} else {
				_, _ = w.r.Discard(1 << 16)
			}
			w.over()
			f.ended(t, c.reason)
			require.Empty(t, f.Got)
		})
	}
}

// What is no packet closes the session.
func TestBadPackets(t *testing.T) {
	for _, packet := range []string{"", "x", "7", "bAQID", "2"} {
		f := setUp(t)
		w := f.shake(t, "")
		w.send(masked(finText, packet))
		f.ended(t, engine.ParseError)
		_, _ = w.Write([]byte(masked(finClose, ""))) // the answer to a close frame, if there was one
		_, err := io.Copy(io.Discard, w.r)
		ne, ok := err.(net.Error)
		require.False(t, ok && ne.Timeout(), "the connection stays open")
		require.Empty(t, f.Got)
	}
}

func TestClosePacket(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	w.send(masked(finText, "1"))
	w.closes(0)
	f.ended(t, engine.TransportClose)
}

// A message may come in pieces, but not in pieces without end.
func TestFragments(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	w.send(masked(text, "4") + strings.Repeat(masked(more, "x"), 1000) + masked(finMore, ""))
	f.hears(t, "4"+strings.Repeat("x", 1000))

	for name, piece := range map[string]string{"empty": masked(more, ""), "of one byte": masked(more, "x")} {
		f := setUp(t)
		w := f.shake(t, "")
		piece = strings.Repeat(piece, 1000)
		_, err := w.Write([]byte(masked(text, "4")))
		for n := 0; err == nil; n++ {
			require.Less(t, n, 10_000, "%s: they go on", name)
			_, err = w.Write([]byte(piece))
		}
		f.ended(t, engine.TransportError)
		require.Empty(t, f.Got)
	}
}

// Frames that come in one segment with the handshake are kept, and judged.
func TestEarlyFrames(t *testing.T) {
	f := setUp(t)
	f.shake(t, masked(finText, "4early")+masked(finText, "4bird"))
	f.hears(t, "4early")
	f.hears(t, "4bird")

	for _, garbage := range []string{"\xf1\x80\x00\x00\x00\x00", "GET / HTTP/1.1\r\n\r\n"} {
		w, resp := f.connect(t, fmt.Sprintf(upgrade, "")+garbage)
		require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
		op, data := w.frame()
		if op == 1 { // OPEN was faster
			op, data = w.frame()
		}
		require.Equal(t, byte(8), op)
		require.Equal(t, "\x03\xea", data[:2], "code 1002")
		_, err := io.Copy(io.Discard, w.r)
		ne, ok := err.(net.Error)
		require.False(t, ok && ne.Timeout(), "the connection stays open")
	}
}

// Bytes may come one at a time.
func TestSlowBytes(t *testing.T) {
	f := setUp(t)
	w := f.shake(t, "")
	require.NoError(t, w.Conn.(*net.TCPConn).SetNoDelay(true))
	for _, b := range []byte(masked(finText, "4slowly") + masked(finText, "4but surely")) {
		w.send(string([]byte{b}))
	}
	f.hears(t, "4slowly")
	f.hears(t, "4but surely")
}

func TestRefusals(t *testing.T) {
	f := setUp(t)
	valid := fmt.Sprintf(upgrade, "")
	for _, c := range []struct {
		name, request, body string
	}{
		{"no key", strings.Replace(valid, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 1), ""},
		{"bad key", strings.Replace(valid, "dGhlIHNhbXBsZSBub25jZQ==", "test", 1), ""},
		{"long key", strings.Replace(valid, "dGhlIHNhbXBsZSBub25jZQ==", strings.Repeat("A", 4096), 1), ""},
		{"version 8", strings.Replace(valid, "Version: 13", "Version: 8", 1), ""},
		{"version 99", strings.Replace(valid, "Version: 13", "Version: 99", 1), ""},
		{"unknown session", fmt.Sprintf(upgrade, "&sid=nope"), "Session ID unknown"},
		{"no upgrade", strings.Replace(valid, "Upgrade: websocket", "Upgrade: h2c", 1), `{"code":3,"message":"Bad request"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, resp := f.connect(t, c.request)
			require.Equal(t, http.StatusBadRequest, resp.StatusCode)
			body := make([]byte, resp.ContentLength)
			_, err := resp.Body.Read(body)
			require.NotErrorIs(t, err, net.ErrClosed)
			if c.body != "" {
				require.Equal(t, c.body, string(body))
			}
			if c.body == "" || c.body[0] != '{' {
				require.Equal(t, "text/html", resp.Header.Get("Content-Type"))
				require.True(t, resp.Close)
				w.over()
			}
		})
	}
	require.Zero(t, f.srv.Sessions())
}

// No extension is agreed on, and no subprotocol, whatever is offered.
func TestOffersAreDeclined(t *testing.T) {
	f := setUp(t)
	for _, header := range []string{
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
		"Sec-WebSocket-Extensions: constructor", "Sec-WebSocket-Extensions: ,;constructor",
		"Sec-WebSocket-Extensions: " + strings.Repeat("a;b;", 2000),
		"Sec-WebSocket-Protocol: chat, superchat", "Sec-WebSocket-Protocol: b" + strings.Repeat(" ", 60_000) + "x",
	} {
		w, resp := f.connect(t, strings.Replace(fmt.Sprintf(upgrade, ""), "\r\n\r\n", "\r\n"+header+"\r\n\r\n", 1))
		if resp.StatusCode == http.StatusBadRequest {
			continue
		}
		require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode, "%.60s", header)
		require.Empty(t, resp.Header.Values("Sec-WebSocket-Extensions"))
		require.Empty(t, resp.Header.Values("Sec-WebSocket-Protocol"))
		w.send(masked(0xc1, "\xf2\x48\x05\x00")) // compressed all the same
		_, _ = w.frame()
		w.closes(1002)
	}
}
