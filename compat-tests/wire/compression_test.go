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

	"github.com/everwire/everwire/compat-tests/internal/peer"
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
		p.Send(ask)
		a := s.Request("GET", p.Query, "", "Accept-Encoding", accept)
		require.Equal(s.T, want, a.Header.Get("Content-Encoding"))
		require.Equal(s.T, packet, s.plain(want, a.Body))
		require.Equal(s.T, "text/plain; charset=UTF-8", a.Header.Get("Content-Type"))
	}
}

func (s *server) plain(coding, body string) string {
	s.T.Helper()
	var r io.Reader = strings.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	require.NoError(s.T, err)
	b, err := io.ReadAll(r)
	require.NoError(s.T, err)
	return string(b)
}

// withoutContext asks both sides to compress each message for itself: the official server would else go on from the
// message before.
const withoutContext = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

const rsv1 = 0x40

// deflating opens a session that is in the main namespace and uses permessage-deflate.
func (s *server) deflating() *peer.WS {
	s.T.Helper()
	w, resp := s.DialWebsocket(peer.NewWebsocket, "Sec-WebSocket-Extensions", withoutContext)
	require.Equal(s.T, 101, resp.StatusCode)
	require.Equal(s.T, withoutContext, resp.Header.Get("Sec-WebSocket-Extensions"))
	w.SID = s.ParseOpen(w.Next()).SID
	s.Enter(w, "/", "")
	return w
}

// comes reads the next frame, of which first is the first byte.
func (s *server) comes(w *peer.WS, first byte, want string) {
	s.T.Helper()
	got, payload, err := w.Receive()
	require.NoError(s.T, err)
	require.Equal(s.T, first, got, "first byte of a frame of %d bytes", len(payload))
	if first&rsv1 != 0 {
		require.Less(s.T, len(payload), len(want))
		r := flate.NewReader(io.MultiReader(bytes.NewReader(payload), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
		payload, err = io.ReadAll(r)
		require.NoError(s.T, err)
	}
	require.Equal(s.T, want, string(payload))
}

func deflatedFrames(s *server) {
	w := s.deflating()
	for event, first := range map[string]byte{"many 1009": 0x80 | rsv1 | peer.OpText, "many 1008": 0x80 | peer.OpText, "many 20000": 0x80 | rsv1 | peer.OpText} {
		ask, packet := item(event)
		w.Send(ask)
		s.comes(w, first, packet)
	}
}

func deflatedByClient(s *server) {
	w := s.deflating()
	var b bytes.Buffer
	f, err := flate.NewWriter(&b, 9)
	require.NoError(s.T, err)
	_, err = io.WriteString(f, `42["echo","`+strings.Repeat("y", 500)+`"]`)
	require.NoError(s.T, err)
	require.NoError(s.T, f.Flush())
	w.Frame(0x80|rsv1|peer.OpText, bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff")))
	s.comes(w, 0x80|peer.OpText, `42["echoed","`+strings.Repeat("y", 500)+`"]`)
	s.alive(w)
}

func plainFrame(s *server) {
	w := s.deflating()
	ask, packet := item("plain 2000")
	w.Send(ask)
	first, err := strconv.ParseUint(s.want("a frame of a message that is not to be compressed"), 0, 8)
	require.NoError(s.T, err)
	s.comes(w, byte(first), packet)
}

func notAsked(s *server) {
	w, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Empty(s.T, resp.Header.Values("Sec-WebSocket-Extensions"))
	s.ParseOpen(w.Next())
	s.Enter(w, "/", "")
	ask, packet := item("many 2000")
	s.Ask(w, ask, packet)
}
