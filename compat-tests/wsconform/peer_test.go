// peer_test.go: the client of a case: frames as bytes on a TCP connection, legal or not.

package wsconform

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
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

// messageType stands before the payload of every text message.
const messageType = "4"

// A frame is what is sent and received.
type frame struct {
	op      byte
	part    bool // not the last of its message
	rsv     byte // 0 to 7
	payload []byte
	typed   bool // the payload of a text has its type character already
}

// append appends the frame in its wire form, masked.
func (f frame) append(dst []byte) []byte {
	payload := f.payload
	if f.op == opText && !f.typed {
		payload = append([]byte(messageType), payload...)
	}
	first := f.rsv<<4 | f.op
	if !f.part {
		first |= 0x80
	}
	dst = append(dst, first)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, 0x80|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 0x80|127), uint64(n))
	}
	mask := [4]byte{0xa5, 0x17, 0xc3, byte(len(payload))}
	dst = append(dst, mask[:]...)
	start := len(dst)
	dst = append(dst, payload...)
	for i := range payload {
		dst[start+i] ^= mask[i%4]
	}
	return dst
}

// A peer is a connection whose handshake is done and whose OPEN packet is read.
type peer struct {
	tcp      net.Conn
	in       *bufio.Reader
	deflates bool // permessage-deflate was agreed on
	window   int  // bits of how far back the server may refer; 0: as far as it likes
	inflated int  // messages that came compressed
}

// agreed is how the server takes an offer of permessage-deflate, with its window if the offer has one.
const agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

func dial(addr, offer, answer string, patience time.Duration) (*peer, error) {
	tcp, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &peer{tcp: tcp, in: bufio.NewReaderSize(tcp, 64<<10)}
	if err := errors.Join(tcp.SetDeadline(time.Now().Add(patience)), p.handshake(addr, offer, answer)); err != nil {
		tcp.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return p, nil
}

func (p *peer) handshake(addr, offer, answer string) error {
	if offer != "" {
		offer = "Sec-WebSocket-Extensions: " + offer + "\r\n"
	}
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	_, err := fmt.Fprintf(p.tcp, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"+
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n", addr, key, offer)
	if err != nil {
		return err
	}
	resp, err := http.ReadResponse(p.in, nil)
	if err != nil {
		return err
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	accept := base64.StdEncoding.EncodeToString(sum[:])
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Accept") != accept {
		return fmt.Errorf("%s, headers %v", resp.Status, resp.Header)
	}
	if extensions := strings.Join(resp.Header.Values("Sec-WebSocket-Extensions"), ", "); extensions != answer {
		return fmt.Errorf("the extensions %q", extensions)
	}
	p.deflates = answer != ""
	open, err := p.read()
	if err == nil && (open.op != opText || len(open.payload) == 0 || open.payload[0] != '0') {
		err = fmt.Errorf("%q is no OPEN packet", open.payload)
	}
	return err
}

// Ways to cut what is sent into writes; a positive number is the size of a write.
const (
	atOnce     = 0
	frameByOne = -1
)

// send writes frames. A server that fails the connection early makes it end in an error, which the reader sees too.
func (p *peer) send(chop int, frames ...frame) {
	var b []byte
	for _, f := range frames {
		b = f.append(b)
		if chop == frameByOne {
			p.tcp.Write(b)
			b = b[:0]
		}
	}
	p.write(chop, b)
}

func (p *peer) write(chop int, b []byte) {
	if chop <= 0 {
		chop = max(1, len(b))
	}
	for c := range slices.Chunk(b, chop) {
		if _, err := p.tcp.Write(c); err != nil {
			return
		}
	}
}

// errFrame is wrapped by every error that means that the server sent what RFC 6455 forbids.
var errFrame = errors.New("the server broke the protocol")

// read reads one frame of the server, which must be as short as it can be, unmasked and without reserved bits but that of
// permessage-deflate, which the first frame of a message may have.
func (p *peer) read() (f frame, err error) {
	head, err := p.take(2)
	if err != nil {
		return f, err
	}
	f.op, f.part = head[0]&15, head[0]&0x80 == 0
	if p.deflates && (f.op == opText || f.op == opBinary) {
		f.rsv = head[0] >> 4 & 4
	}
	if head[0]>>4&7 != f.rsv || head[1]&0x80 != 0 {
		return f, fmt.Errorf("%w: masked, or reserved bits: % x", errFrame, head)
	}
	n, shortest := uint64(head[1]), uint64(0)
	switch n {
	case 126:
		if head, err = p.take(2); err == nil {
			n, shortest = uint64(binary.BigEndian.Uint16(head)), 126
		}
	case 127:
		if head, err = p.take(8); err == nil {
			n, shortest = binary.BigEndian.Uint64(head), 1<<16
		}
	}
	switch {
	case err != nil:
		return f, err
	case n < shortest, n > maxPayload:
		return f, fmt.Errorf("%w: %d bytes in a length for %d and more", errFrame, n, shortest)
	case f.op >= opClose && (n > 125 || f.part):
		return f, fmt.Errorf("%w: control frame in parts, or of %d bytes", errFrame, n)
	case f.op > opBinary && f.op < opClose, f.op > opPong:
		return f, fmt.Errorf("%w: opcode %d", errFrame, f.op)
	}
	f.payload, err = p.take(int(n))
	return f, err
}

func (p *peer) take(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(p.in, b)
	return b, err
}
