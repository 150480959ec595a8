// bind.go: one argument into one Go value.

package sio

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

var (
	// bindOptions are encoding/json's, but that it reads everything twice to find
	// bad syntax before it stores anything: the decoder has done that (a fifth of
	// the time).
	bindOptions = json.JoinOptions(jsonv1.DefaultOptionsV1(), jsonv1.ReportErrorsWithLegacySemantics(false))
	// bindNumbers is for values that can hold the Number of encoding/json, which
	// the JSON package takes for an ordinary string.
	bindNumbers = json.JoinOptions(bindOptions,
		json.WithUnmarshalers(json.UnmarshalFromFunc(bindNumber)))
)

// bind stores an argument of a packet without attachments. The fast package does
// not notice when a long number is too large for an integer.
func bind(arg []byte, dst any, long bool) error {
	if bindSimple(arg, dst) {
		return nil
	}
	if p, ok := dst.(*any); ok && p != nil && replaceable(*p) {
		return bindAny(arg, nil, false, p)
	}
	switch t := traitsOf(reflect.TypeOf(dst)); {
	case t == 0 && !long:
		return bindFast(arg, dst)
	case t&holdsNumber != 0:
		return json.Unmarshal(arg, dst, bindNumbers)
	}
	return json.Unmarshal(arg, dst, bindOptions)
}

// bindBinary stores an argument that may refer to attachments. With exact, only
// what appendPlaceholder has written does.
func bindBinary(arg []byte, attachments [][]byte, exact bool, dst any) error {
	if bindSimple(arg, dst) {
		return nil
	}
	b := binders.Get().(*binder)
	b.attachments, b.exact = attachments, exact
	err := json.Unmarshal(arg, dst, b.options)
	b.attachments = nil
	binders.Put(b)
	return err
}

// replaceable reports whether a value in an any gives way to a decoded one. A
// pointer does not: what it points to is decoded into.
func replaceable(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() != reflect.Pointer || r.IsNil()
}

func bindAny(text []byte, attachments [][]byte, exact bool, dst *any) error {
	v, err := decodeAny(text, attachments, exact)
	if err != nil {
		return err
	}
	*dst = v
	return nil
}

// binder holds the hook that puts attachments into Go values. Binders are
// pooled because the JSON package caches, in each hook, which types it is for.
type binder struct {
	attachments [][]byte
	exact       bool
	options     json.Options
}

var binders = sync.Pool{New: func() any {
	b := new(binder)
	hook := json.WithUnmarshalers(json.UnmarshalFromFunc(b.unmarshal))
	b.options = json.JoinOptions(bindOptions, hook)
	return b
}}

// unmarshal is called for every value that the JSON package is to decode, with
// a pointer to it.
func (b *binder) unmarshal(dec *jsontext.Decoder, dst any) error {
	kind := dec.PeekKind()
	switch p := dst.(type) {
	case *stdjson.Number:
		return bindNumber(dec, p)
	case *any:
		if kind != '{' && kind != '[' || !replaceable(*p) {
			return errors.ErrUnsupported
		}
		text, err := dec.ReadValue()
		if err != nil {
			return err
		}
		return bindAny(text, b.attachments, b.exact, p)
	}
	if kind != '{' || !isBytes(reflect.TypeOf(dst).Elem()) {
		return errors.ErrUnsupported
	}
	return b.attachment(dec, dst)
}

// attachment stores an attachment in dst, which points to a slice of bytes. The
// slice is shared, not copied: an attachment can be megabytes and is rarely
// bound twice.
func (b *binder) attachment(dec *jsontext.Decoder, dst any) error {
	object, err := dec.ReadValue()
	if err != nil {
		return err
	}
	num, ok := placeholderNum(object, b.exact)
	if !ok {
		return fmt.Errorf("cannot bind an object to %T", dst)
	}
	reflect.ValueOf(dst).Elem().SetBytes(b.attachments[num])
	return nil
}

// bindNumber stores a number, or a string that holds one, as encoding/json does.
func bindNumber(dec *jsontext.Decoder, dst *stdjson.Number) error {
	kind := dec.PeekKind()
	if kind != '0' && kind != '"' {
		return errors.ErrUnsupported
	}
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	text := string(value)
	if kind == '"' {
		text = unquote(value)
	}
	if !isNumber(text) {
		return errNumber
	}
	*dst = stdjson.Number(text)
	return nil
}
