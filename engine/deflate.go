// deflate.go: messages compressed once, for all sessions that they go to.

package engine

import (
	"bytes"
	"compress/flate"
	"sync"

	"github.com/everwire/everwire/engine/eio"
)

// deflated is a compressed packet of a message or, behind those, its polling payload.
type deflated struct {
	once sync.Once
	data []byte
}

// Deflated returns packet i of the message compressed, as permessage-deflate has it
// (RFC 7692 7.2.1): DEFLATE blocks without a reference to anything before them, and
// without the four bytes that end a sync flush. What is compressed is the packet's text
// form, or its data alone if it is binary. The result is nil if that would not be
// shorter. It is made by the first call, kept with the message, and must not be changed.
func (m *Message) Deflated(i int) []byte {
	return m.deflatedPart(i, func() []byte {
		if p := m.packets[i]; !p.Binary {
			return eio.Append(nil, p)
		}
		return m.packets[i].Data
	})
}

// DeflatedPayload is Deflated for what AppendPayload writes of the message alone.
func (m *Message) DeflatedPayload() []byte {
	if len(m.packets) == 1 && !m.packets[0].Binary {
		return m.Deflated(0)
	}
	return m.deflatedPart(len(m.packets), func() []byte { return m.AppendPayload(nil, 0) })
}

func (m *Message) deflatedPart(i int, plain func() []byte) []byte {
	all := m.deflated.Load()
	if all == nil {
		made := make([]deflated, len(m.packets)+1)
		m.deflated.CompareAndSwap(nil, &made)
		all = m.deflated.Load()
	}
	d := &(*all)[i]
	d.once.Do(func() { d.data = Deflate(plain()) })
	return d.data
}

// Compressible reports whether the message may be compressed.
func (m *Message) Compressible() bool { return m.traits == nil || !m.traits.NoCompress }

// deflater is a compressor with the memory for what it writes. One takes hundreds of
// kilobytes, so they are shared.
type deflater struct {
	w   *flate.Writer
	out bytes.Buffer
}

// keepDeflated is the largest result whose memory is used again.
const keepDeflated = 256 << 10

var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // the level is valid
	return &deflater{w: w}
}}

// Deflate compresses b as [Message.Deflated] does.
func Deflate(b []byte) []byte {
	d := deflaters.Get().(*deflater)
	defer d.free()
	d.w.Reset(&d.out)
	_, err := d.w.Write(b)
	if err == nil {
		err = d.w.Flush()
	}
	const tail = 4 // bytes that end a flush: 00 00 ff ff
	if n := d.out.Len() - tail; err == nil && n > 0 && n < len(b) {
		return bytes.Clone(d.out.Bytes()[:n])
	}
	return nil
}

func (d *deflater) free() {
	d.w.Reset(nil) // what it wrote to last
	if d.out.Reset(); d.out.Cap() > keepDeflated {
		d.out = bytes.Buffer{}
	}
	deflaters.Put(d)
}
