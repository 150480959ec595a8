// lend.go: what codecs in packages of their own borrow, see internal/seam.

package sio

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/everwire/everwire/namespace/sio/internal/seam"
)

func init() {
	seam.Bind = bindLent
	seam.AppendName = appendName
	seam.AppendAttachment = appendPlaceholder
	seam.Check = func(typ uint8, namespace, event string, id uint64, hasID bool) error {
		return checkHeader(Header{Type(typ), namespace, event, id, hasID})
	}
	seam.NewMarshaler = func() seam.Marshaler { return lents.Get().(*lent) }
}

func bindLent(text []byte, attachments [][]byte, long bool, dst any) error {
	if len(attachments) == 0 {
		return bind(text, dst, long)
	}
	return bindBinary(text, attachments, true, dst)
}

// appendName spells the one name that matters to placeholders with an escape.
func appendName(dst, name []byte) []byte {
	if string(name) == "_placeholder" {
		return append(dst, `"\u005fplaceholder"`...)
	}
	dst, _ = jsontext.AppendQuote(dst, name)
	return dst
}

// lent is a seam.Marshaler. Its slots are strings that begin with a secret of the
// process: nobody who writes or passes on a value can make one up.
type lent struct {
	buf   bytes.Buffer
	slab  []byte // copies of all bytes: a Marshaler may use its memory again
	slots []lentSlot
	marshaler
}

type lentSlot struct {
	start, end int // in slab, unless isTime
	time       time.Time
	isTime     bool
}

var secret = `"` + rand.Text()

var lents = sync.Pool{New: func() any {
	l := new(lent)
	l.marshaler = newMarshaler(needHooks|holdsTime, json.MarshalToFunc(l.marshalBytes),
		json.MarshalToFunc(l.marshalTime), json.MarshalToFunc(marshalNumber))
	return l
}}

func (l *lent) Marshal(arg any) ([]byte, error) {
	l.buf.Reset()
	l.slab, l.slots = l.slab[:0], l.slots[:0]
	err := l.write(&l.buf, arg)
	return l.buf.Bytes(), err
}

func (l *lent) Slot(quoted []byte) (seam.Slot, bool) {
	number, ok := bytes.CutPrefix(quoted, []byte(secret))
	if !ok {
		return seam.Slot{}, false
	}
	i, err := strconv.Atoi(string(number[:len(number)-1]))
	if err != nil || i >= len(l.slots) {
		return seam.Slot{}, false
	}
	s := l.slots[i]
	return seam.Slot{Data: l.slab[s.start:s.end], Time: s.time, IsTime: s.isTime}, true
}

// Release drops the memory that is too large to keep.
func (l *lent) Release() {
	if l.buf.Cap() <= largestPooled && cap(l.slab) <= largestPooled && cap(l.slots) <= largestPooled/64 {
		lents.Put(l)
	}
}

func (l *lent) marshalBytes(enc *jsontext.Encoder, data []byte) error {
	if data == nil {
		return enc.WriteToken(jsontext.Null)
	}
	start := len(l.slab)
	l.slab = append(l.slab, data...)
	return l.slot(enc, lentSlot{start: start, end: len(l.slab)})
}

func (l *lent) marshalTime(enc *jsontext.Encoder, t time.Time) error {
	if kind, length := enc.StackIndex(enc.StackDepth()); kind == '{' && length%2 == 0 {
		return errors.ErrUnsupported
	}
	return l.slot(enc, lentSlot{time: t, isTime: true})
}

func (l *lent) slot(enc *jsontext.Encoder, s lentSlot) error {
	l.slots = append(l.slots, s)
	text := append(make([]byte, 0, 40), secret...)
	text = strconv.AppendInt(text, int64(len(l.slots)-1), 10)
	return enc.WriteValue(append(text, '"'))
}
