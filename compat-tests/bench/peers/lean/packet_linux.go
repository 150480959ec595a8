// packet_linux.go: server frames and the packets of the fixture.

package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

const (
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPing   = 9
	opPong   = 10

	maxPayload = 1_000_000
)

func frame(op byte, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b := make([]byte, 0, n+10)
	b = append(b, 0x80|op)
	switch {
	case n < 126:
		b = append(b, byte(n))
	case n < 65536:
		b = append(b, 126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// message answers one packet; the caller flushes.
func (c *client) message(op byte, p []byte) {
	if op == opBinary {
		c.add(c.binary)
		c.add(frame(opBinary, p))
		c.binary = nil
		return
	}
	i := bytes.IndexByte(p, '[')
	switch {
	case bytes.HasPrefix(p, []byte("40")):
		c.add(frame(opText, fmt.Appendf(nil, `40{"sid":"%s"}`, rand.Text())))
	case bytes.HasPrefix(p, []byte("451-")) && i > 0:
		c.binary = frame(opText, []byte("461-"), p[4:i], []byte(`[{"_placeholder":true,"num":0}]`))
	case bytes.HasPrefix(p, []byte("42")) && i > 0:
		c.event(p[2:i], p[i:])
	}
}

func (c *client) event(id, args []byte) {
	if x, ok := bytes.CutPrefix(args, []byte(`["echo",`)); ok {
		c.echo(id, args, x)
	} else if x, ok := bytes.CutPrefix(args, []byte(`["join","`)); ok {
		c.join(string(bytes.TrimSuffix(x, []byte(`"]`))))
		c.add(frame(opText, []byte("43"), id, []byte(`["ok"]`)))
	} else if x, ok := bytes.CutPrefix(args, []byte(`["bcast","`)); ok {
		name, message, _ := bytes.Cut(x, []byte(`",`))
		roomsMu.RLock()
		r := rooms[string(name)]
		roomsMu.RUnlock()
		if r != nil {
			r.broadcast(frame(opText, []byte(`42["msg",`), message))
		}
	}
}

// echo acks x, the arguments without the event's name.
func (c *client) echo(id, args, x []byte) {
	if !throughJSON {
		c.add(frame(opText, []byte("43"), id, []byte("["), x))
		return
	}
	var v []any
	if err := json.Unmarshal(args, &v); err != nil {
		return
	}
	b, err := json.Marshal(v[1:])
	if err != nil {
		return
	}
	c.add(frame(opText, []byte("43"), id, b))
}
