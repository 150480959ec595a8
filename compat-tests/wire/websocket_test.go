// websocket_test.go: a client over WebSocket that writes its frames itself.

package wire

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

// Opcodes of RFC 6455, 5.2.
const (
	opText   = 1
	opBinary = 2
	opClose  = 8
)

// noFrame is the code of a connection that ended without a close frame, noStatus that of a close frame without a code.
const (
	noFrame  = 0
	noStatus = 1005
)

// wsPeer is a client over WebSocket.
type wsPeer struct {
	s      *server
	tcp    net.Conn
	in     *bufio.Reader
	sid    string
	raw    string // the OPEN packet
	bye    bool   // a close frame was sent
	code   int    // of the server's close frame
	reason string
}

// dial asks for a WebSocket. The answer may be a refusal, with its body read.
func (s *server) dial(query string, header ...string) (*wsPeer, *http.Response) {
	s.t.Helper()
	w := &wsPeer{s: s, tcp: s.tcp()}
	w.in = bufio.NewReader(w.tcp)
	var lines strings.Builder
	for i := 0; i < len(header); i += 2 {
		lines.WriteString(header[i] + ": " + header[i+1] + "\r\n")
	}
	_, err := fmt.Fprintf(w.tcp, "GET %s?%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", s.path, query, s.addr, lines.String())
	require.NoError(s.t, err)
	resp, err := http.ReadResponse(w.in, nil)
	require.NoError(s.t, err)
	return w, resp
}

const newWebsocket = "EIO=4&transport=websocket"

// websocket opens a session over WebSocket.
func (s *server) websocket(more string, header ...string) *wsPeer {
	s.t.Helper()
	w, resp := s.dial(newWebsocket+more, header...)
	require.Equal(s.t, 101, resp.StatusCode)
	w.raw = w.next()
	w.sid = s.parseOpen(w.raw).SID
	return w
}

// frame sends one whole frame; first is its first byte.
func (w *wsPeer) frame(first byte, payload []byte) {
	w.s.t.Helper()
	require.NoError(w.s.t, w.write(first, payload))
}

func (w *wsPeer) write(first byte, payload []byte) error {
	w.bye = w.bye || first&15 == opClose
	b := append(make([]byte, 0, len(payload)+14), first)
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := [4]byte{0x5a, 0xe8, 0x3c, 0x71}
	b = append(b, mask[:]...)
	start := len(b)
	b = append(b, payload...)
	for i := start; i < len(b); i++ {
		b[i] ^= mask[(i-start)%4]
	}
	_, err := w.tcp.Write(b)
	return err
}

// send sends packets; one that begins with "b" stands for the bytes that follow in base64.
func (w *wsPeer) send(packets ...string) {
	w.s.t.Helper()
	for _, p := range packets {
		if data, binary := strings.CutPrefix(p, "b"); binary {
			b, err := base64.StdEncoding.DecodeString(data)
			require.NoError(w.s.t, err)
			w.frame(0x80|opBinary, b)
			continue
		}
		w.frame(0x80|opText, []byte(p))
	}
}

// receive returns the next frame of the server.
func (w *wsPeer) receive() (first byte, payload []byte, err error) {
	head := make([]byte, 10)
	if _, err = io.ReadFull(w.in, head[:2]); err != nil {
		return 0, nil, err
	}
	n := uint64(head[1])
	if size := map[uint64]int{126: 2, 127: 8}[n]; size > 0 {
		if _, err = io.ReadFull(w.in, head[2:2+size]); err != nil {
			return 0, nil, err
		}
		n = binary.BigEndian.Uint64(append(make([]byte, 8-size), head[2:2+size]...))
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(w.in, payload)
	return head[0], payload, err
}

// next returns the next packet, or end; then code and reason are those of the close frame.
func (w *wsPeer) next() string {
	w.s.t.Helper()
	first, payload, err := w.receive()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		require.NoError(w.s.t, err, "the server sends nothing")
	}
	switch {
	case err != nil:
		w.code = noFrame
		return end
	case first == 0x80|opText:
		return string(payload)
	case first == 0x80|opBinary:
		return "b" + base64.StdEncoding.EncodeToString(payload)
	}
	require.Equal(w.s.t, byte(0x80|opClose), first, "first byte of a frame")
	w.code = noStatus
	if len(payload) >= 2 {
		w.code, w.reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
	}
	if !w.bye {
		_ = w.write(first, payload) // the server may have closed the connection already
	}
	return end
}

func (w *wsPeer) id() string { return w.sid }
