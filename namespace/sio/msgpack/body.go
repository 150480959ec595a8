// body.go: payloads between their arrival and their use.

package msgpack

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/everwire/everwire/internal/pack"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/internal/seam"
)

// body is a payload as it came: what waits takes no more memory than on the wire.
type body struct {
	args []byte // valid values, one after the other
	n    int
}

// empty is the body of every event and ack without arguments.
var empty = new(body)

func newBody(part payload) *body {
	if part.n == 0 {
		return empty
	}
	return &body{slices.Clone(part.args), part.n}
}

func (b *body) Len() int { return b.n }

func (b *body) Bind(first int, dst ...any) error {
	r := newReader(b.args)
	for i := range min(b.n, first+len(dst)) {
		if i < first {
			_ = r.skip(anyDepth)
			continue
		}
		if err := bind(&r, i == b.n-1, dst[i-first]); err != nil {
			return &sio.BindError{Index: i, Err: err}
		}
	}
	return nil
}

// anyDepth is for values that have been checked.
const anyDepth = math.MaxInt

// MayFail is false for nearly every answer that reports no error, see
// sio.AckError.
func (b *body) MayFail() bool {
	r := newReader(b.args)
	return r.next() == nil && r.Kind == pack.Object && r.N > 0 &&
		r.next() == nil && r.Kind == pack.Str && string(r.Data) == "error"
}

// bind stores the next argument. Strings and bytes need no detour.
func bind(r *reader, last bool, dst any) error {
	start := *r
	_ = r.next()
	switch p := dst.(type) {
	case *string:
		if r.Kind == pack.Str && p != nil {
			*p = string(r.Data)
			return nil
		}
	case *[]byte:
		if r.Kind == pack.Bin && p != nil {
			*p = r.Data
			return nil
		}
	}
	w := writer{reader: start}
	if last {
		w.out = make([]byte, 0, (len(r.B)-start.I)*3/2+16)
	}
	w.value()
	*r = w.reader
	return seam.Bind(w.out, w.attachments, w.long, dst)
}

// writer writes values that have been checked as JSON, for package sio to bind.
type writer struct {
	reader
	out         []byte
	attachments [][]byte
	long        bool // an integer may have more than 18 digits
}

func (w *writer) value() {
	_ = w.next()
	switch w.Kind {
	case pack.Null, pack.Undefined:
		w.add("null")
	case pack.Boolean:
		w.out = strconv.AppendBool(w.out, w.Bits == 1)
	case pack.Integer, pack.Unsigned:
		w.integer()
	case pack.Float:
		w.float(math.Float64frombits(w.Bits))
	case pack.Str:
		w.out, _ = jsontext.AppendQuote(w.out, w.Data)
	case pack.Bin:
		w.bytes()
	case pack.Date:
		w.date(int64(w.Bits))
	case pack.Extension:
		w.out = append(strconv.AppendInt(append(w.out, '['), int64(w.Ext), 10), ',')
		w.bytes()
		w.add("]")
	case pack.Array:
		w.array()
	case pack.Object:
		w.object()
	}
}

func (w *writer) add(text string) { w.out = append(w.out, text...) }

// shortInteger is the lowest number of 19 digits.
const shortInteger = 1e18

func (w *writer) integer() {
	if w.Kind == pack.Unsigned {
		w.long = true
		w.out = strconv.AppendUint(w.out, w.Bits, 10)
		return
	}
	n := int64(w.Bits)
	w.long = w.long || n >= shortInteger || n <= -shortInteger
	w.out = strconv.AppendInt(w.out, n, 10)
}

// float writes a number as JavaScript and encoding/json do.
func (w *writer) float(f float64) {
	abs := math.Abs(f)
	w.long = w.long || abs >= shortInteger
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		w.add("null")
	case abs != 0 && abs < 1e-6 || abs >= 1e21:
		w.out = strconv.AppendFloat(w.out, f, 'e', -1, 64)
	default:
		w.out = strconv.AppendFloat(w.out, f, 'f', -1, 64)
	}
}

func (w *writer) bytes() {
	w.out = seam.AppendAttachment(w.out, len(w.attachments))
	w.attachments = append(w.attachments, w.Data)
}

// maxDate is how many milliseconds from 1970 a Date of JavaScript can be.
const maxDate = 8_640_000_000_000_000

// date writes what Date.toJSON does.
func (w *writer) date(ms int64) {
	if ms < -maxDate || ms > maxDate {
		w.add("null")
		return
	}
	t := time.UnixMilli(ms).UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		w.add(`"` + longYear(year))
	} else {
		w.out = t.AppendFormat(w.out, `"2006`)
	}
	w.out = t.AppendFormat(w.out, `-01-02T15:04:05.000Z"`)
}

// longYear writes a year with its sign and six digits.
func longYear(year int) string {
	sign := "+"
	if year < 0 {
		sign, year = "-", -year
	}
	const digits = 1_000_000
	return sign + strconv.Itoa(digits + year)[1:]
}

func (w *writer) array() {
	w.add("[")
	for i := range w.N {
		if i > 0 {
			w.add(",")
		}
		w.value()
	}
	w.add("]")
}

// object leaves out members that are undefined.
func (w *writer) object() {
	w.add("{")
	comma := ""
	for range w.N {
		before := len(w.out)
		w.add(comma)
		w.name()
		w.add(":")
		value := w.reader
		if _ = value.next(); value.Kind == pack.Undefined {
			w.reader = value
			w.out = w.out[:before]
			continue
		}
		w.value()
		comma = ","
	}
	w.add("}")
}

// name writes the name of a member as JavaScript has it.
func (w *writer) name() {
	_ = w.next()
	if w.Kind == pack.Str {
		w.out = seam.AppendName(w.out, w.Data)
		return
	}
	w.add(`"`)
	switch w.Kind {
	case pack.Integer:
		w.out = strconv.AppendInt(w.out, int64(w.Bits), 10)
	case pack.Unsigned:
		w.out = strconv.AppendUint(w.out, w.Bits, 10)
	case pack.Boolean:
		w.out = strconv.AppendBool(w.out, w.Bits == 1)
	default:
		w.add("null")
	}
	w.add(`"`)
}
