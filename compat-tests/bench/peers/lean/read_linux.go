// read_linux.go: the read side without gorilla. Frames are parsed where the bytes arrive, in a pooled buffer.

package main

import (
	"encoding/binary"
	"errors"
	"sync"
	"syscall"
)

const readAhead = 16 << 10

var readBuffers = sync.Pool{New: func() any { b := make([]byte, readAhead); return &b }}

func (c *client) readRaw() {
	defer c.leave()
	_ = c.raw.Read(c.readable) // an error means that the socket is closed, which is the end either way
}

// readable reads what there is and tells whether the connection has ended. A short read means that the socket is
// empty; the poller tells when it is not.
func (c *client) readable(fd uintptr) (ended bool) {
	pooled := readBuffers.Get().(*[]byte)
	defer readBuffers.Put(pooled)
	for {
		b := *pooled
		k := len(c.tail)
		if k > len(b)/2 {
			b = make([]byte, k+64<<10)
		}
		copy(b, c.tail)
		n, err := syscall.Read(int(fd), b[k:])
		if err == syscall.EINTR {
			continue
		}
		if err == syscall.EAGAIN {
			return false
		}
		if err != nil || n <= 0 {
			return true
		}
		c.seen.Store(coarseNow.Load())
		data := b[:k+n]
		used, err := c.frames(data)
		c.tail = nil
		if used < len(data) {
			c.tail = append([]byte(nil), data[used:]...)
		}
		c.flush()
		if err != nil {
			return true
		}
		if k+n < len(b) {
			return false
		}
	}
}

var errEnd = errors.New("end of the connection")

// frames handles all complete frames and returns their size.
func (c *client) frames(d []byte) (used int, err error) {
	for {
		b := d[used:]
		if len(b) < 6 {
			return used, nil
		}
		n, h := int(b[1]&0x7f), 2
		switch n {
		case 126:
			n, h = int(binary.BigEndian.Uint16(b[2:])), 4
		case 127:
			if len(b) < 14 {
				return used, nil
			}
			n, h = int(binary.BigEndian.Uint64(b[2:])), 10
		}
		if b[0]&0x80 == 0 || b[1]&0x80 == 0 || n < 0 || n > maxPayload { // fragments are more than this server knows
			return used, errEnd
		}
		if len(b) < h+4+n {
			return used, nil
		}
		p := b[h+4 : h+4+n]
		unmask(p, binary.LittleEndian.Uint32(b[h:]))
		used += h + 4 + n
		switch op := b[0] & 0xf; op {
		case opText, opBinary:
			c.message(op, p)
		case opClose:
			c.add(frame(opClose, p))
			return used, errEnd
		case opPing:
			c.add(frame(opPong, p))
		}
	}
}

func unmask(p []byte, key uint32) {
	k := uint64(key) | uint64(key)<<32
	for ; len(p) >= 8; p = p[8:] {
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)^k)
	}
	for i := range p {
		p[i] ^= byte(key >> (8 * (i & 3)))
	}
}
