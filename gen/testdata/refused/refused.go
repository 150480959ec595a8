// Package refused has values that encoding/json takes, or some versions of it, and
// Everwire's codec does not.
package refused

import "sync"

// Word is no struct.
type Word string

// Inner is one.
type Inner struct{ A int }

// Written writes itself.
type Written struct{}

// MarshalText implements encoding.TextMarshaler.
func (Written) MarshalText() ([]byte, error) { return nil, nil }

// Also writes itself: a struct that embeds both does not.
type Also struct{}

// MarshalText implements encoding.TextMarshaler.
func (Also) MarshalText() ([]byte, error) { return nil, nil }

type hidden struct{ a int }

// Values are refused for the reasons that are their keys.
var Values = map[string]any{
	"quotes in a tag": struct {
		A int `json:"a\"b"`
	}{},
	"dash and comma": struct {
		A int `json:"-,"`
	}{},
	"format": struct {
		A []int `json:"a,format:emitempty"`
	}{},
	"spelling": struct {
		A int `json:"a,omitEmpty"`
	}{},
	"one name twice": struct {
		A int `json:"a"`
		B int `json:"a"`
	}{},
	"string for a list": struct {
		A []int `json:",string"`
	}{A: []int{1}},
	"embedded word": struct{ Word }{},
	"options of an embedded struct": struct {
		Inner `json:",omitempty"`
	}{},
	"embedded, writes itself": struct {
		Written
		*Also
	}{},
	"embedded mutex": &struct{ sync.Mutex }{},
	"hidden": struct {
		H   hidden
		Any any
	}{},
	"keys of a map":   map[bool]int{true: 1},
	"complex number":  1i,
	"channel in data": struct{ C chan int }{},
}
