// websocket.go: a client over WebSocket that writes its frames itself.

package peer

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
	OpText   = 1
	OpBinary = 2
	OpClose  = 8
)

// NoFrame is the code of a connection that ended without a close frame, NoStatus that of a close frame without a code.
const (
	NoFrame  = 0
	NoStatus = 1005
)

// WS is a client over WebSocket.
type WS struct {
	SID    string
	TCP    net.Conn
	In     *bufio.Reader // of TCP
	Code   int           // of the server's close frame
	Reason string        // of the server's close frame

	s    *Site
	open string // the OPEN packet
	bye  bool   // a close frame was sent
}

var _ Peer = (*WS)(nil)

// DialWebsocket asks for a WebSocket. The answer may be a refusal.
func (s *Site) DialWebsocket(query string, header ...string) (*WS, *http.Response) {
	s.T.Helper()
	w := &WS{TCP: s.TCP(), s: s}
	w.In = bufio.NewReader(w.TCP)
	var lines strings.Builder
	for i := 0; i < len(header); i += 2 {
		lines.WriteString(header[i] + ": " + header[i+1] + "\r\n")
	}
	_, err := fmt.Fprintf(w.TCP, "GET %s?%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", s.Path, query, s.Addr, lines.String())
	require.NoError(s.T, err)
	resp, err := http.ReadResponse(w.In, nil)
	require.NoError(s.T, err)
	return w, resp
}

// Websocket opens a session over WebSocket.
func (s *Site) Websocket(more string, header ...string) *WS {
	s.T.Helper()
	w, resp := s.DialWebsocket(NewWebsocket+more, header...)
	require.Equal(s.T, 101, resp.StatusCode)
	w.open = w.Next()
	w.SID = s.ParseOpen(w.open).SID
	return w
}

// Trial opens a WebSocket for a session that there is already.
func (s *Site) Trial(sid string) *WS {
	s.T.Helper()
	w, resp := s.DialWebsocket(NewWebsocket + "&sid=" + sid)
	require.Equal(s.T, 101, resp.StatusCode)
	w.SID = sid
	return w
}

// Frame sends one whole frame; first is its first byte.
func (w *WS) Frame(first byte, payload []byte) {
	w.s.T.Helper()
	require.NoError(w.s.T, w.write(first, payload))
}

func (w *WS) write(first byte, payload []byte) error {
	w.bye = w.bye || first&15 == OpClose
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
	_, err := w.TCP.Write(b)
	return err
}

// Send implements Peer; a packet that begins with "b" stands for the bytes that follow in base64.
func (w *WS) Send(packets ...string) {
	w.s.T.Helper()
	for _, p := range packets {
		if data, binary := strings.CutPrefix(p, "b"); binary {
			b, err := base64.StdEncoding.DecodeString(data)
			require.NoError(w.s.T, err)
			w.Frame(0x80|OpBinary, b)
			continue
		}
		w.Frame(0x80|OpText, []byte(p))
	}
}

// Receive returns the next frame of the server.
func (w *WS) Receive() (first byte, payload []byte, err error) {
	head := make([]byte, 10)
	if _, err = io.ReadFull(w.In, head[:2]); err != nil {
		return 0, nil, err
	}
	n := uint64(head[1])
	if size := map[uint64]int{126: 2, 127: 8}[n]; size > 0 {
		if _, err = io.ReadFull(w.In, head[2:2+size]); err != nil {
			return 0, nil, err
		}
		n = binary.BigEndian.Uint64(append(make([]byte, 8-size), head[2:2+size]...))
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(w.In, payload)
	return head[0], payload, err
}

// Next implements Peer. When it returns End, Code and Reason are those of the close frame.
func (w *WS) Next() string {
	w.s.T.Helper()
	first, payload, err := w.Receive()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		require.NoError(w.s.T, err, "the server sends nothing")
	}
	switch {
	case err != nil:
		w.Code = NoFrame
		return End
	case first == 0x80|OpText:
		return string(payload)
	case first == 0x80|OpBinary:
		return "b" + base64.StdEncoding.EncodeToString(payload)
	}
	require.Equal(w.s.T, byte(0x80|OpClose), first, "first byte of a frame")
	w.Code = NoStatus
	if len(payload) >= 2 {
		w.Code, w.Reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
	}
	if !w.bye {
		_ = w.write(first, payload) // the server may have closed the connection already
	}
	return End
}

// ID implements Peer.
func (w *WS) ID() string { return w.SID }

// Opened implements Peer.
func (w *WS) Opened() string { return w.open }
