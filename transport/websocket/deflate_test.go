// deflate_test.go: permessage-deflate: when it is agreed on, and messages in both
// directions.

package websocket_test

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/websocket"
)

const (
	rsv1   = 0x40
	agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
)

// offering is a handshake with an offer of extensions.
func offering(offers ...string) string {
	head := strings.TrimSuffix(strings.ReplaceAll(upgrade, "%s", ""), "\r\n")
	for _, o := range offers {
		head += "Sec-WebSocket-Extensions: " + o + "\r\n"
	}
	return head + "\r\n"
}

// deflateShake opens a session with permessage-deflate.
func deflateShake(t testing.TB, threshold int) (*fixture, *wire, *engine.Session) {
	f := setUpWith(t, inMode(websocket.NewCompressing(maxPayload, threshold)), engine.Config{})
	w, resp := f.connect(t, offering("permessage-deflate; client_max_window_bits"))
	require.Equal(t, agreed, resp.Header.Get("Sec-WebSocket-Extensions"))
	op, data := w.frame()
	require.Equal(t, byte(1), op)
	require.True(t, strings.HasPrefix(data, "0{"), data)
	return f, w, <-f.Sessions
}

// deflate compresses as a client does that takes no context over.
func deflate(data string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, 6)
	if err != nil {
		panic(err)
	}
	io.WriteString(w, data)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

func inflate(t testing.TB, data string) string {
	t.Helper()
	b, err := io.ReadAll(flate.NewReader(strings.NewReader(data + "\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
	require.NoError(t, err)
	return string(b)
}

func TestNegotiation(t *testing.T) {
	on := setUpWith(t, inMode(websocket.NewCompressing(maxPayload, 1024)), engine.Config{})
	off := setUp(t)
	for _, c := range []struct {
		offers []string
		want   string
	}{
		{nil, ""},
		{[]string{"permessage-deflate"}, agreed},
		{[]string{"permessage-deflate; client_max_window_bits"}, agreed},
		{[]string{`permessage-deflate;client_max_window_bits="9" ; server_no_context_takeover`}, agreed},
		{[]string{"x-webkit-deflate-frame"}, ""},
		{[]string{"permessage-deflate; server_max_window_bits=15"}, agreed + "; server_max_window_bits=15"},
		{[]string{"permessage-deflate; server_max_window_bits=8, permessage-deflate"}, agreed + "; server_max_window_bits=8"},
		{[]string{"permessage-deflate; server_max_window_bits=7", "permessage-deflate"}, agreed},
		{[]string{"permessage-deflate; server_max_window_bits"}, ""},
		{[]string{"permessage-deflate; server_max_window_bits=012"}, ""},
		{[]string{"permessage-deflate; server_max_window_bits=+9"}, ""},
		{[]string{"permessage-deflate; client_max_window_bits=16"}, ""},
		{[]string{"permessage-deflate; client_max_window_bits=7"}, ""},
		{[]string{"permessage-deflate; server_no_context_takeover=1"}, ""},
		{[]string{"permessage-deflate; client_no_context_takeover; client_no_context_takeover"}, ""},
		{[]string{"permessage-deflate; constructor"}, ""},
		{[]string{",;permessage-deflate"}, ""},
	} {
		for f, want := range map[*fixture]string{on: c.want, off: ""} {
			w, resp := f.connect(t, offering(c.offers...))
			require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
			require.Equal(t, want, resp.Header.Get("Sec-WebSocket-Extensions"), "%q", c.offers)
			w.frame()
			w.Close()
		}
	}
}

func TestDeflatedFrames(t *testing.T) {
	_, w, s := deflateShake(t, 1024)
	long := strings.Repeat("all the same ", 100)
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	plain := engine.NewMessage(eio.Text([]byte(long)))
	plain.SetTraits(engine.Traits{NoCompress: true})
	text := func(s string) *engine.Message { return engine.NewMessage(eio.Text([]byte(s))) }
	for _, c := range []struct {
		m     *engine.Message
		first []byte
		data  []string
	}{
		{text(long), []byte{finText | rsv1}, []string{"4" + long}},
		{text(long[:1022]), []byte{finText}, []string{"4" + long[:1022]}},
		{text(long[:1023]), []byte{finText | rsv1}, []string{"4" + long[:1023]}},
		{plain, []byte{finText}, []string{"4" + long}},
		{engine.NewMessage(eio.Binary(noise)), []byte{finBinary}, []string{string(noise)}},
		{engine.NewMessage(eio.Text([]byte("short")), eio.Binary([]byte(long))), []byte{finText, finBinary | rsv1}, []string{"4short", long}},
		{text("after"), []byte{finText}, []string{"4after"}},
	} {
		require.NoError(t, s.Send(c.m))
		for i, want := range c.data {
			first, data := w.anyFrame()
			require.Equal(t, c.first[i], first)
			if first&rsv1 != 0 {
				require.Less(t, len(data), len(want)/4)
				data = inflate(t, data)
			}
			require.Equal(t, want, data)
		}
	}
}

// A client with a small window gets those messages compressed that fit into it.
func TestSmallWindow(t *testing.T) {
	f := setUpWith(t, inMode(websocket.NewCompressing(maxPayload, 1)), engine.Config{})
	for bits, longest := range map[string]int{"9": 512, "15": 90_000} {
		w, resp := f.connect(t, offering("permessage-deflate; server_max_window_bits="+bits))
		require.Equal(t, agreed+"; server_max_window_bits="+bits, resp.Header.Get("Sec-WebSocket-Extensions"))
		w.frame()
		s := <-f.Sessions
		for n, want := range map[int]byte{longest: finText | rsv1, longest + 1: finText} {
			if bits == "15" {
				want = finText | rsv1
			}
			data := strings.Repeat("x", n-1)
			require.NoError(t, s.Send(engine.NewMessage(eio.Text([]byte(data)))))
			first, got := w.anyFrame()
			require.Equal(t, want, first, "%s bits, %d bytes", bits, n)
			if first&rsv1 != 0 {
				got = inflate(t, got)
			}
			require.Equal(t, "4"+data, got)
		}
	}
}

// One message for many sessions is compressed once, and those without the extension get
// it as it is.
func TestDeflatedBroadcast(t *testing.T) {
	f, first, s := deflateShake(t, 1)
	w2, _ := f.connect(t, offering("permessage-deflate"))
	w2.frame()
	s2 := <-f.Sessions
	w3 := f.shake(t, "")
	s3 := <-f.Sessions
	data := strings.Repeat("x", 5000)
	m := engine.NewMessage(eio.Text([]byte(data)))
	for _, s := range []*engine.Session{s, s2, s3} {
		require.NoError(t, s.Send(m))
	}
	_, a := first.anyFrame()
	_, b := w2.anyFrame()
	require.Equal(t, a, b)
	require.Equal(t, string(m.Deflated(0)), a)
	require.Equal(t, "4"+data, inflate(t, a))
	_, c := w3.frame()
	require.Equal(t, "4"+data, c)
}

func TestInflated(t *testing.T) {
	f, w, _ := deflateShake(t, 1024)
	for _, data := range []string{"4", "4x", "4" + strings.Repeat("long ", 10_000), "4€", "4" + strings.Repeat("x", maxPayload-1)} {
		w.send(masked(finText|rsv1, deflate(data)))
		f.hears(t, data)
		w.send(masked(finText, data))
		f.hears(t, data)
		cut := deflate(data)
		w.send(masked(text|rsv1, cut[:1]) + masked(finPing, "between") + masked(finMore, cut[1:]))
		f.hears(t, data)
		_, got := w.frame()
		require.Equal(t, "between", got)
	}
	w.send(masked(finBinary|rsv1, deflate("data")))
	f.hears(t, "bZGF0YQ==")
	w.send(masked(finBinary|rsv1, "\x4b\x4c\x02\x00") + masked(finText, "4after")) // a last block, and nothing of a flush
	f.hears(t, "bYWI=")
	f.hears(t, "4after")
}

func TestWhatCannotBeInflated(t *testing.T) {
	for name, c := range map[string]struct {
		frames string
		code   uint16
		why    engine.CloseReason
	}{
		"a bomb":                {masked(finText|rsv1, deflate("4"+strings.Repeat("\x00", 50<<20))), 1009, engine.TransportError},
		"a byte too much":       {masked(finText|rsv1, deflate("4"+strings.Repeat("x", maxPayload))), 1009, engine.TransportError},
		"a bomb that goes on":   {masked(text|rsv1, deflate(strings.Repeat("4", 2*maxPayload))) + masked(more, ""), 1009, engine.TransportError},
		"a bomb in many blocks": {masked(finBinary|rsv1, strings.Repeat(deflate(strings.Repeat("x", 9999))+"\x00\x00\xff\xff", 99)), 1009, engine.TransportError},
		"too long as it is":     {masked(finBinary|rsv1, strings.Repeat("\x00\x00\x00\xff\xff", 30_000)), 1009, engine.TransportError},
		"a wrong block":         {masked(finText|rsv1, "\xff\xff\xff\xff"), 1007, engine.ParseError},
		"half a block":          {masked(finText|rsv1, deflate(strings.Repeat("abcdefgh", 99))[:9]), 1007, engine.ParseError},
		"no UTF-8":              {masked(finText|rsv1, deflate("4\xff")), 1007, engine.ParseError},
		"another reserved bit":  {masked(finText|0x20, "4x"), 1002, engine.TransportError},
	} {
		t.Run(name, func(t *testing.T) {
			f, w, _ := deflateShake(t, 1024)
			w.send(c.frames)
			w.closes(c.code)
			f.ended(t, c.why)
			require.Empty(t, f.Got)
		})
	}
}

// Without an offer, or with compression off, the bit is an error.
func TestBitWithoutNegotiation(t *testing.T) {
	for _, f := range []*fixture{setUp(t), setUpWith(t, inMode(websocket.NewCompressing(maxPayload, 1)), engine.Config{})} {
		w := f.shake(t, "")
		w.send(masked(finText|rsv1, deflate("4x")))
		w.closes(1002)
	}
}

func TestHeadersOfTheHandshake(t *testing.T) {
	f := setUpWith(t, inMode(websocket.NewCompressing(maxPayload, 1)), engine.Config{
		Cookie: &http.Cookie{Name: "io"},
		ResponseHeader: func(h http.Header, r *http.Request, opening bool) {
			h["X-List"] = []string{"a", "b"}
			h.Set("X-Split", "a\r\nX-Evil: b")
			h["X-Evil: c\r\nX-Other"] = []string{"d"}
			for _, own := range []string{"Connection", "Upgrade", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol", "Content-Length",
				"Content-Type", "Content-Encoding", "Transfer-Encoding", "Trailer"} {
				h.Set(own, "chat")
			}
		},
	})
	w, resp := f.connect(t, offering("permessage-deflate"))
	w.frame()
	s := <-f.Sessions
	h := resp.Header
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	require.Len(t, h["Sec-Websocket-Accept"], 1)
	h.Del("Sec-Websocket-Accept")
	require.Equal(t, http.Header{
		"Connection":               {"Upgrade"},
		"Upgrade":                  {"websocket"},
		"Sec-Websocket-Extensions": {agreed},
		"Set-Cookie":               {"io=" + s.ID()},
		"X-List":                   {"a", "b"},
		"X-Split":                  {"a  X-Evil: b"},
	}, h)
}
