// frame_test.go: WebSockets as bytes: frames legal or not.

package hostile

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Opcodes of RFC 6455, 5.2.
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

const final = 0x80

// frame makes a frame that is masked with zeros: what is read in a test is what is on the wire. first is the opcode, with
// final if it is the last of its message.
func frame(first byte, payload string) []byte {
	return append(frameHead(first, uint64(len(payload))), payload...)
}

// frameHead makes the head of a frame that announces n bytes.
func frameHead(first byte, n uint64) []byte {
	b := []byte{first}
	switch {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), n)
	}
	return append(b, 0, 0, 0, 0)
}

func text(s string) []byte { return frame(final|opText, s) }

// upgradeHead is the header of a WebSocket's handshake.
func upgradeHead(more ...string) string {
	return header("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==") +
		header(more...)
}

// A received frame is one that the server sent.
type received struct {
	op      byte
	payload string
}

// read reads a frame of the server.
func (w *wire) read() (f received, err error) {
	var head [10]byte
	if _, err = io.ReadFull(w.in, head[:2]); err != nil {
		return f, err
	}
	f.op = head[0] & 15
	n := uint64(head[1])
	switch n {
	case 126:
		_, err = io.ReadFull(w.in, head[2:4])
		n = uint64(binary.BigEndian.Uint16(head[2:4]))
	case 127:
		_, err = io.ReadFull(w.in, head[2:10])
		n = binary.BigEndian.Uint64(head[2:10])
	}
	const most = 64 << 20
	if err != nil || n > most || head[0]&0x70 != 0 || head[1]&0x80 != 0 {
		return f, fmt.Errorf("frame % x: %w", head[:2], err)
	}
	b := make([]byte, n)
	_, err = io.ReadFull(w.in, b)
	f.payload = string(b)
	return f, err
}

// packet reads the next packet; binary ones come in the form that polling has.
func (w *wire) packet() (string, error) {
	for {
		f, err := w.read()
		switch {
		case err != nil:
			return "", err
		case f.op == opText:
			return f.payload, nil
		case f.op == opBinary:
			return "b" + base64.StdEncoding.EncodeToString([]byte(f.payload)), nil
		case f.op == opClose:
			return "", fmt.Errorf("closed with %d", closeCode(f))
		}
	}
}

// noCode is the code of a close frame that has none, and dropped that of a connection that ended without a close frame.
const (
	noCode  = 1005
	dropped = 1006
)

func closeCode(f received) int {
	if len(f.payload) < 2 {
		return noCode
	}
	return int(binary.BigEndian.Uint16([]byte(f.payload)))
}

// end reads until the connection ends and returns the code of the close frame. An error means that it does not end.
func (w *wire) end() (code int, err error) {
	for {
		f, err := w.read()
		if isTimeout(err) {
			return 0, errors.New("the connection does not end")
		}
		if err != nil {
			return dropped, nil
		}
		if f.op == opClose {
			_, _ = w.tcp.Write(frame(final|opClose, f.payload)) // or the server has gone already
			_ = w.tcp.Close()
			return closeCode(f), nil
		}
	}
}

// switching tells whether a handshake succeeded.
func (a answer) switching() bool { return a.status == http.StatusSwitchingProtocols }
