// protocol_linux.go: Engine.IO 4 and Socket.IO 5 as the clients of the loop speak them.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// consume hands on what is complete and returns its size.
func (l *loop) consume(c *conn, data []byte) (used int) {
	switch c.state {
	case statePlain:
		if c.stream {
			return l.consumeStream(c, data)
		}
		return l.consumeAnswers(c, data)
	case stateUpgrading:
		i := bytes.Index(data, blankLine)
		if i < 0 {
			return 0
		}
		if !bytes.HasPrefix(data, []byte("HTTP/1.1 101")) {
			l.drop(c, fmt.Errorf("upgrade refused: %.200q", data))
			return 0
		}
		c.state = stateOpen
		used = i + len(blankLine)
	}
	for c.state != stateClosed {
		f, n, err := parseFrame(data[used:])
		if err != nil {
			l.drop(c, err)
		}
		if n == 0 {
			break
		}
		used += n
		l.frame(c, f)
	}
	return used
}

func (l *loop) consumeAnswers(c *conn, data []byte) (used int) {
	for c.state != stateClosed {
		status, body, n, err := parseAnswer(data[used:])
		if err != nil {
			l.drop(c, err)
		}
		if n == 0 {
			break
		}
		used += n
		c.cb.onHTTP(c, status, body)
	}
	return used
}

// consumeStream hands on the events of a chunked answer that does not end.
func (l *loop) consumeStream(c *conn, data []byte) (used int) {
	if !c.header {
		i := bytes.Index(data, blankLine)
		if i < 0 {
			return 0
		}
		if !bytes.HasPrefix(data, []byte("HTTP/1.1 200")) {
			l.drop(c, fmt.Errorf("stream refused: %.200q", data))
			return 0
		}
		c.header, used = true, i+len(blankLine)
	}
	for c.state != stateClosed {
		chunk, n, err := parseChunk(data[used:])
		if err != nil {
			l.drop(c, err)
		}
		if n == 0 {
			break
		}
		used += n
		if len(chunk) == 0 {
			l.drop(c, errPeerClosed)
			break
		}
		c.fragment = append(c.fragment, chunk...)
		l.takeEvents(c)
	}
	return used
}

var eventEnd = []byte("\n\n")

// takeEvents hands on the complete events of a stream.
func (l *loop) takeEvents(c *conn) {
	rest := c.fragment
	for c.state != stateClosed {
		event, more, found := bytes.Cut(rest, eventEnd)
		if !found {
			break
		}
		rest = more
		if payload := parseEvent(event); len(payload) > 0 {
			c.cb.payload(c, payload)
		}
	}
	c.fragment = append(c.fragment[:0], rest...)
}

func (l *loop) frame(c *conn, f frame) {
	switch {
	case f.op == opClose:
		l.drop(c, errPeerClosed)
	case f.op == opPing:
		l.write(c, opPong, f.payload)
	case f.op == opPong:
	case f.final && f.op != opContinuation:
		l.message(c, f.op, f.payload)
	default:
		if f.op != opContinuation {
			c.fragmentOp, c.fragment = f.op, c.fragment[:0]
		}
		c.fragment = append(c.fragment, f.payload...)
		if f.final {
			l.message(c, c.fragmentOp, c.fragment)
		}
	}
}

var errEmptyPacket = errors.New("empty packet")

// message is one Engine.IO packet.
func (l *loop) message(c *conn, op byte, p []byte) {
	l.count(c, op, p)
	if op == opBinary {
		if c.hasBinary {
			c.hasBinary = false
			c.cb.onAck(c, c.binaryAck, nil, p)
		}
		return
	}
	if len(p) == 0 {
		l.drop(c, errEmptyPacket)
		return
	}
	switch p[0] {
	case '0':
		l.text(c, "40")
	case '1':
		l.drop(c, errPeerClosed)
	case '2':
		l.pings++
		l.text(c, "3")
		l.acknowledge(c, 1)
	case '4':
		l.packetOf(c, p[1:])
	}
}

// count counts the messages of a session that can be resumed, and acknowledges them.
func (l *loop) count(c *conn, op byte, p []byte) {
	if l.resume && (op == opBinary || len(p) > 0 && p[0] == '4') {
		c.received++
		l.acknowledge(c, 32)
	}
}

// acknowledge says how many messages have come, if they are that many more than it has said.
func (l *loop) acknowledge(c *conn, more int) {
	if c.received-c.told >= more {
		c.told = c.received
		l.write(c, opText, strconv.AppendInt([]byte{'7'}, int64(c.told), 10))
	}
}

// packetOf is one Socket.IO packet.
func (l *loop) packetOf(c *conn, p []byte) {
	if len(p) == 0 {
		l.drop(c, errEmptyPacket)
		return
	}
	switch p[0] {
	case '0':
		if c.state == stateOpen {
			c.state = stateReady
		}
		c.cb.onReady(c)
	case '2':
		c.cb.onEvent(c, p[1:])
	case '3':
		id, n := parseUint(p[1:])
		c.cb.onAck(c, id, p[1+n:], nil)
	case '6': // 61-<id>[...
		i := bytes.IndexByte(p, '-')
		c.binaryAck, _ = parseUint(p[i+1:])
		c.hasBinary = true
	default:
		l.drop(c, fmt.Errorf("unexpected packet %.100q", p))
	}
}

// parseUint returns the number that p begins with, and how many digits it has.
func parseUint(p []byte) (v uint64, digits int) {
	for digits < len(p) && p[digits] >= '0' && p[digits] <= '9' {
		v = v*10 + uint64(p[digits]-'0')
		digits++
	}
	return v, digits
}

var sequenceKey = []byte(`"s":`)

// parseSequence finds the number of a broadcast.
func parseSequence(p []byte) (uint64, bool) {
	i := bytes.Index(p, sequenceKey)
	if i < 0 {
		return 0, false
	}
	v, digits := parseUint(p[i+len(sequenceKey):])
	return v, digits > 0
}

func (l *loop) write(c *conn, op byte, p []byte) {
	l.frames = appendFrame(l.frames[:0], op, p)
	l.queue(c, l.frames)
}

func (l *loop) text(c *conn, s string) { l.write(c, opText, []byte(s)) }

// closeSocket sends a close frame and waits for the server's end, or ends abruptly.
func (l *loop) closeSocket(c *conn, abruptly bool) {
	if !abruptly {
		l.write(c, opClose, []byte{0x03, 0xe8}) // 1000
	}
	c.state = stateClosing
	if abruptly {
		l.drop(c, nil)
	}
}

// appendEcho appends an echo request.
func appendEcho(b []byte, id uint64) []byte {
	b = strconv.AppendUint(append(b, "42"...), id, 10)
	b = append(b, `["echo",`...)
	b = append(b, echoPayload...)
	return append(b, ']')
}

func (l *loop) emitEcho(c *conn, id uint64) {
	l.packet = appendEcho(l.packet[:0], id)
	l.write(c, opText, l.packet)
}

// emitBinaryEcho takes the attachment as a frame, masked once for all.
func (l *loop) emitBinaryEcho(c *conn, id uint64, attachment []byte) {
	b := strconv.AppendUint(append(l.packet[:0], "451-"...), id, 10)
	l.packet = append(b, `["echobin",{"_placeholder":true,"num":0}]`...)
	l.write(c, opText, l.packet)
	l.queue(c, attachment)
}

// room is the one that scenarios use.
const room = "r"

func (l *loop) emitJoin(c *conn) {
	l.text(c, `420["join","`+room+`"]`)
}

func (l *loop) emitBroadcast(c *conn, sequence uint64) {
	b := append(l.packet[:0], `42["bcast","`+room+`",{"p":"`+broadcastText+`","s":`...)
	b = strconv.AppendUint(b, sequence, 10)
	l.packet = append(b, `}]`...)
	l.write(c, opText, l.packet)
}
