// frame.go: the frames that a server sends, which are never masked (RFC 6455 5.2).

package websocket

import (
	"encoding/binary"

	"github.com/gorilla/websocket"

	"github.com/everwire/everwire/engine/eio"
)

// Opcodes of the frames that are written.
const (
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPong   = 10
)

const final = 0x80

// appendHeader appends the header of an unfragmented frame of n bytes.
func appendHeader(dst []byte, op byte, n int) []byte {
	dst = append(dst, final|op)
	switch {
	case n < 126:
		return append(dst, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, 127), uint64(n))
}

func appendFrame(dst []byte, op byte, data []byte) []byte {
	return append(appendHeader(dst, op, len(data)), data...)
}

// appendPacket appends the frame of a packet.
func appendPacket(dst []byte, p eio.Packet) []byte {
	if p.Binary {
		return appendFrame(dst, opBinary, p.Data)
	}
	return eio.Append(appendHeader(dst, opText, 1+len(p.Data)), p)
}

func closeFrame(code int) []byte {
	return appendFrame(nil, opClose, websocket.FormatCloseMessage(code, ""))
}
