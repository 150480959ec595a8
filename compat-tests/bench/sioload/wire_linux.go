// wire_linux.go: WebSocket frames and HTTP answers as bytes, client side.

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

const socketIOPath = "/socket.io/"

// appendUpgrade appends a handshake; more is what the query has beside the stock parameters.
func appendUpgrade(b []byte, port int, more string) []byte {
	return fmt.Appendf(b, "GET %s?EIO=4&transport=websocket%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: sioload\r\n"+
		"Origin: http://127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", socketIOPath, more, port, port)
}

const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

const mask = 0x5a3cc35a

// appendFrame appends a masked frame.
func appendFrame(b []byte, op byte, p []byte) []byte {
	b = append(b, 0x80|op)
	switch {
	case len(p) < 126:
		b = append(b, 0x80|byte(len(p)))
	case len(p) < 65536:
		b = append(b, 0x80|126, byte(len(p)>>8), byte(len(p)))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(len(p)))
	}
	b = binary.LittleEndian.AppendUint32(b, mask)
	at := len(b)
	b = append(b, p...)
	q := b[at:]
	for ; len(q) >= 8; q = q[8:] {
		binary.LittleEndian.PutUint64(q, binary.LittleEndian.Uint64(q)^(mask|mask<<32))
	}
	for i := range q {
		q[i] ^= byte(uint32(mask) >> (8 * (i & 3)))
	}
	return b
}

// frame is one frame of the server; payload is part of the input.
type frame struct {
	op      byte
	final   bool
	payload []byte
}

var errMasked = errors.New("masked frame from the server")

// parseFrame returns the first frame and its size, 0 when it is incomplete.
func parseFrame(d []byte) (f frame, size int, err error) {
	if len(d) < 2 {
		return f, 0, nil
	}
	if d[1]&0x80 != 0 {
		return f, 0, errMasked
	}
	n, head := int(d[1]), 2
	switch n {
	case 126:
		if head = 4; len(d) >= head {
			n = int(binary.BigEndian.Uint16(d[2:]))
		}
	case 127:
		if head = 10; len(d) >= head {
			n = int(binary.BigEndian.Uint64(d[2:]))
		}
	}
	if n < 0 || len(d) < head || len(d)-head < n {
		return f, 0, nil
	}
	return frame{op: d[0] & 0xf, final: d[0]&0x80 != 0, payload: d[head : head+n]}, head + n, nil
}

var (
	crlf      = []byte("\r\n")
	blankLine = []byte("\r\n\r\n")
)

// parseAnswer returns status and body of the first HTTP answer and its size, 0 when it is incomplete.
func parseAnswer(d []byte) (status int, body []byte, size int, err error) {
	i := bytes.Index(d, blankLine)
	if i < 0 {
		return 0, nil, 0, nil
	}
	head, at := d[:i], i+len(blankLine)
	line, head, _ := bytes.Cut(head, crlf)
	if len(line) < 12 {
		return 0, nil, 0, fmt.Errorf("bad status line %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, 0, fmt.Errorf("bad status line %q", line)
	}
	length, chunked, err := parseFraming(head)
	if err != nil {
		return 0, nil, 0, err
	}
	if chunked {
		body, n, err := parseChunks(d[at:])
		if n == 0 {
			return 0, nil, 0, err
		}
		return status, body, at + n, nil
	}
	if len(d)-at < length {
		return 0, nil, 0, nil
	}
	return status, d[at : at+length], at + length, nil
}

// parseFraming finds how the body is framed. It runs for every poll, so it looks at two headers and copies none.
func parseFraming(head []byte) (length int, chunked bool, err error) {
	for len(head) > 0 {
		var line []byte
		line, head, _ = bytes.Cut(head, crlf)
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			if err != nil || length < 0 {
				return 0, false, fmt.Errorf("bad header %q", line)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(bytes.TrimSpace(value), []byte("chunked"))
		}
	}
	return length, chunked, nil
}

// parseChunks returns a chunked body and its size on the wire, 0 when it is incomplete.
func parseChunks(d []byte) (body []byte, size int, err error) {
	for {
		chunk, n, err := parseChunk(d[size:])
		if n == 0 {
			return nil, 0, err
		}
		body = append(body, chunk...)
		if size += n; len(chunk) == 0 {
			return body, size, nil
		}
	}
}

// parseChunk returns the first chunk, of which the last one is empty, and its size on the wire, 0 when it is incomplete.
func parseChunk(d []byte) (chunk []byte, size int, err error) {
	line, _, found := bytes.Cut(d, crlf)
	if !found {
		return nil, 0, nil
	}
	n, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 31)
	if err != nil {
		return nil, 0, fmt.Errorf("bad chunk size %q", line)
	}
	from := len(line) + len(crlf)
	to := from + int(n)
	if len(d) < to+len(crlf) {
		return nil, 0, nil
	}
	return d[from:to], to + len(crlf), nil
}

var dataField = []byte("data: ")

// parseEvent returns the data of an event, nil of a comment.
func parseEvent(event []byte) []byte {
	for line := range bytes.Lines(event) {
		if data, ok := bytes.CutPrefix(line, dataField); ok {
			return bytes.TrimSuffix(data, []byte("\n"))
		}
	}
	return nil
}
