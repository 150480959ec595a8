// compression_test.go: polls and frames in fewer bytes.

package wire

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
)

func compressing() (rows []row) {
	on, off := options{Compress: &compression{Polls: true}}, options{Compress: &compression{}}
	all := options{Compress: &compression{Polls: true, Threshold: 1}}
	for _, c := range []struct {
		name, accept, event, want string
		on                        options
	}{
		{"gzip", "gzip, deflate, br", "many 2000", "gzip", on},
		{"deflate", "deflate", "many 2000", "deflate", on},
		{"none that the client takes", "br", "many 2000", "", on},
		{"none without Accept-Encoding", "", "many 2000", "", on},
		{"from the threshold on", "gzip", "many 1009", "gzip", on},
		{"none below the threshold", "gzip", "many 1008", "", on},
		{"none if it is off", "gzip", "many 2000", "", off},
		{"none for a message that is not to be", "gzip", "plain 2000", "", on},
		{"all with a threshold of 0", "gzip", "many 200", "gzip", all},
	} {
		rows = append(rows, row{name: "polls: " + c.name, on: c.on, check: compressedPoll(c.accept, c.event, c.want)})
	}
	frames := options{Compress: &compression{WebSocket: true}}
	return append(rows, []row{
		{name: "frames: of 1,024 bytes and more", on: frames, check: deflatedFrames},
		{name: "frames: of the client", on: frames, check: deflatedByClient},
		{name: "frames: one that is not to be", on: frames, check: plainFrame},
		{name: "frames: a client that does not ask", on: frames, check: notAsked},
	}...)
}

// item sends the event, as in "many 2000", and returns the packet that comes back.
func item(event string) (ask, packet string) {
	var name string
	var size int
	if _, err := fmt.Sscan(event, &name, &size); err != nil {
		panic(err)
	}
	if name == "many" {
		name = `many",1,`
	} else {
		name += `",`
	}
	return fmt.Sprintf(`42["%s%d]`, name, size), `42["item",0,"` + strings.Repeat("x", size) + `"]`
}

func compressedPoll(accept, event, want string) func(*server) {
	return func(s *server) {
		p := s.pollJoin()
		ask, packet := item(event)
		p.send(ask)
		a := s.request("GET", p.query, "", "Accept-Encoding", accept)
		require.Equal(s.t, want, a.header.Get("Content-Encoding"))
		require.Equal(s.t, packet, s.plain(want, a.body))
		require.Equal(s.t, "text/plain; charset=UTF-8", a.header.Get("Content-Type"))
	}
}

func (s *server) plain(coding, body string) string {
	s.t.Helper()
	var r io.Reader = strings.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	require.NoError(s.t, err)
	b, err := io.ReadAll(r)
	require.NoError(s.t, err)
	return string(b)
}

// withoutContext asks both sides to compress each message for itself: the official server would else go on from the
// message before.
const withoutContext = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

const rsv1 = 0x40

// deflating opens a session that is in the main namespace and uses permessage-deflate.
func (s *server) deflating() *wsPeer {
	s.t.Helper()
	w, resp := s.dial(newWebsocket, "Sec-WebSocket-Extensions", withoutContext)
	require.Equal(s.t, 101, resp.StatusCode)
	require.Equal(s.t, withoutContext, resp.Header.Get("Sec-WebSocket-Extensions"))
	w.sid = s.parseOpen(w.next()).SID
	s.enter(w, "/", "")
	return w
}

// comes reads the next frame, of which first is the first byte.
func (w *wsPeer) comes(first byte, want string) {
	w.s.t.Helper()
	got, payload, err := w.receive()
	require.NoError(w.s.t, err)
	require.Equal(w.s.t, first, got, "first byte of a frame of %d bytes", len(payload))
	if first&rsv1 != 0 {
		require.Less(w.s.t, len(payload), len(want))
		r := flate.NewReader(io.MultiReader(bytes.NewReader(payload), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
		payload, err = io.ReadAll(r)
		require.NoError(w.s.t, err)
	}
	require.Equal(w.s.t, want, string(payload))
}

func deflatedFrames(s *server) {
	w := s.deflating()
	for event, first := range map[string]byte{"many 1009": 0x80 | rsv1 | opText, "many 1008": 0x80 | opText, "many 20000": 0x80 | rsv1 | opText} {
		ask, packet := item(event)
		w.send(ask)
		w.comes(first, packet)
	}
}

func deflatedByClient(s *server) {
	w := s.deflating()
	var b bytes.Buffer
	f, err := flate.NewWriter(&b, 9)
	require.NoError(s.t, err)
	_, err = io.WriteString(f, `42["echo","`+strings.Repeat("y", 500)+`"]`)
	require.NoError(s.t, err)
	require.NoError(s.t, f.Flush())
	w.frame(0x80|rsv1|opText, bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff")))
	w.comes(0x80|opText, `42["echoed","`+strings.Repeat("y", 500)+`"]`)
	s.alive(w)
}

func plainFrame(s *server) {
	w := s.deflating()
	ask, packet := item("plain 2000")
	w.send(ask)
	first, err := strconv.ParseUint(s.want("a frame of a message that is not to be compressed"), 0, 8)
	require.NoError(s.t, err)
	w.comes(byte(first), packet)
}

func notAsked(s *server) {
	w, resp := s.dial(newWebsocket)
	require.Empty(s.t, resp.Header.Values("Sec-WebSocket-Extensions"))
	s.parseOpen(w.next())
	s.enter(w, "/", "")
	ask, packet := item("many 2000")
	s.ask(w, ask, packet)
}
