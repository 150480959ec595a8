// traits.go: which Go types need what of the JSON packages.
//
// Hooks make the JSON package look them up for every value it meets, so types
// that cannot hold anything of interest go without; and the types that most
// events are made of need nothing that the fast package could not do (fast.go).

package sio

import (
	"encoding"
	stdjson "encoding/json"
	"reflect"
	"sync"
	"time"
)

// traits say what values of a type may hold, at any depth.
type traits uint8

const (
	holdsBytes  traits = 1 << iota // a []byte, which travels as an attachment
	holdsNumber                    // a Number of encoding/json
	holdsAny                       // an interface, which may hold any of these
	holdsTime                      // a time.Time
	special                        // anything whose JSON is not obvious from its kind
)

// needHooks are the traits for which there are hooks. Other codecs have one for
// times too.
const needHooks = holdsBytes | holdsNumber | holdsAny

var (
	bytesType  = reflect.TypeFor[[]byte]()
	numberType = reflect.TypeFor[stdjson.Number]()
	timeType   = reflect.TypeFor[time.Time]()

	// ownForm are the interfaces of types that write and read themselves.
	ownForm = []reflect.Type{
		reflect.TypeFor[stdjson.Marshaler](), reflect.TypeFor[stdjson.Unmarshaler](),
		reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
	}

	// knownTraits is as large as the number of types the program sends.
	knownTraits sync.Map // reflect.Type → traits
)

func traitsOf(t reflect.Type) traits {
	if t == nil {
		return 0
	}
	if known, ok := knownTraits.Load(t); ok {
		return known.(traits)
	}
	w := walk{}
	w.visit(t)
	knownTraits.Store(t, w.found)
	return w.found
}

// recentTraits is a type and its traits in front of the map: what one socket sends
// or binds is often of one type.
type recentTraits struct {
	t      reflect.Type
	traits traits
}

// of returns the traits of t.
func (r *recentTraits) of(t reflect.Type) traits {
	if r.t != t {
		r.t, r.traits = t, traitsOf(t)
	}
	return r.traits
}

// walk collects the traits of one type. Only the type it began with may be
// cached: in a cycle the others are left half seen.
type walk struct {
	seen  map[reflect.Type]bool // true while the walk is inside the type
	found traits
}

func (w *walk) visit(t reflect.Type) {
	switch {
	case t == bytesType:
		w.found |= holdsBytes
	case t == numberType:
		w.found |= holdsNumber
	case t == timeType:
		w.found |= holdsTime | special
	case t.Kind() == reflect.Interface:
		w.found |= holdsAny
	case w.seen[t]:
		// A value could contain itself, which only the JSON package notices.
		w.found |= special
	default:
		w.enter(t)
	}
}

func (w *walk) enter(t reflect.Type) {
	if _, done := w.seen[t]; done {
		return
	}
	if w.seen == nil {
		w.seen = map[reflect.Type]bool{}
	}
	w.seen[t] = true
	if !isRegular(t) {
		w.found |= special
	}
	w.visitParts(t)
	w.seen[t] = false
}

// visitParts does not ask whether t writes itself: a hook too many only costs time.
func (w *walk) visitParts(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		w.visit(t.Elem())
	case reflect.Map:
		w.visit(t.Key())
		w.visit(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			w.visit(f.Type)
		}
	}
}

// isBytes reports whether attachments can be bound to t: a slice of bytes
// without a JSON form of its own.
func isBytes(t reflect.Type) bool {
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Uint8 {
		return false
	}
	for _, own := range ownForm {
		if t != bytesType && reflect.PointerTo(t).Implements(own) {
			return false
		}
	}
	return true
}
