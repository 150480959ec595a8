// Package kinds has an event for each kind of type.
package kinds

import (
	"encoding/json"
	"math/big"
	"net"
	"net/url"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/gen/testdata/kinds/shop"
)

// The events of all forms.
const (
	None  = everwire.Event0("none")
	Plain = everwire.Event[Everything]("plain") // at the end of the line
	Two   = everwire.Event2[int, string]("two")
	// Three has a comment above and
	Three  = everwire.Event3[Everything, *Everything, []*Everything]("three") // one behind
	Ask0   = everwire.RPC0[[]string]("ask0")
	Ask    = everwire.RPC[Color, map[string]*Level]("ask")
	Ask2   = everwire.RPC2[any, shop.User, struct{}]("ask2")
	Ask3   = everwire.RPC3[User, []byte, Tree, Pair[User, []shop.User]]("ask3")
	Quoted = everwire.Event[bool](`a "quoted": name`)
)

// Variable is an event too.
var Variable = everwire.Event[Lists]("variable")

// Everything has fields of many kinds.
//
// It closes a comment: */ and goes on.
type Everything struct {
	Bool    bool
	Int     int     `json:"int"`
	Uint    uint64  `json:"uint_64"`
	Float   float32 `json:"float"`
	Text    string  `json:"text"` // a text
	Any     any     `json:"any"`
	Error   error   `json:"error"`
	Pointer *int    `json:"pointer"`

	// Hidden fields.
	hidden  int
	Skipped chan int `json:"-"`
	Gone    int      `json:"-,omitempty"`

	// Options of tags.
	Empty       string     `json:"empty,omitempty"`
	EmptyList   []int      `json:"emptyList,omitempty"`
	EmptyStruct Inner      `json:"emptyStruct,omitempty"` // never empty
	EmptyArray  [0]int     `json:"emptyArray,omitempty"`
	FullArray   [2]int     `json:"fullArray,omitempty"`
	Zero        Inner      `json:"zero,omitzero"`
	ZeroTime    time.Time  `json:"zeroTime,omitzero"`
	ZeroPointer *Inner     `json:",omitzero"`
	Quoted      int64      `json:"quoted,string"`
	QuotedNil   *Level     `json:"quotedNil,string"`
	Unknown     int        `json:",nothing"`
	Spaced      int        `json:"with space"`
	Bracket     int        `json:"kebab-case"`
	When        time.Time  `json:"when"`
	Maybe       *time.Time `json:"maybe"`

	// Types that write themselves.
	Duration time.Duration   `json:"duration"`
	Month    time.Month      `json:"month"`
	Raw      json.RawMessage `json:"raw"`
	Number   json.Number     `json:"number"`
	Big      *big.Int        `json:"big"`
	IP       net.IP          `json:"ip"`
	Own      Own             `json:"own"`
	OwnNil   *Own            `json:"ownNil"`
	Written  Written         `json:"written"`
	Header   url.Values      `json:"header"`
	Celsius  Celsius         `json:"celsius"`

	Lists Lists `json:"lists"`
	Maps  Maps  `json:"maps"`
	Enums Enums `json:"enums"`

	Inline struct {
		A int     `json:"a"`
		B *string `json:"b,omitempty"`
	} `json:"inline"`
	Nothing struct{} `json:"nothing"`
	Void    Void     `json:"void"`

	Embedding Embedding                          `json:"embedding"`
	Self      *Everything                        `json:"self"`
	Tree      Tree                               `json:"tree"`
	Page      Page[Inner]                        `json:"page"`
	Pages     Page[Page[*Inner]]                 `json:"pages"`
	Strings   Page[[]string]                     `json:"strings"`
	Boxes     shop.Box[map[string]shop.Box[int]] `json:"boxes"`
	Fixed     Page[[2]int]                       `json:"fixed"`

	// Never is never nil.
	//everwire:notnull
	Never []Inner `json:"never"`
	Said  any     `json:"said"` //everwire:ts string | 0
}

// MarshalJSON would make everything unknown, if it were one of *Everything.
func MarshalJSON() {}

// Inner is inside.
type Inner struct {
	X int `json:"x"`
}

// Void has no members.
type Void struct {
	Hidden int `json:"-"`
}

// Lists are lists, bytes and arrays.
type Lists struct {
	Ints    []int      `json:"ints"`
	Nested  [][]int    `json:"nested"`
	Named   Names      `json:"named"`
	Unions  []Color    `json:"unions"`
	Bytes   []byte     `json:"bytes"`
	Files   [][]byte   `json:"files"`
	Base64  Blob       `json:"base64"`
	Bits    []Bit      `json:"bits"`
	Hash    [4]byte    `json:"hash"`
	Long    [17]string `json:"long"`
	Objects []struct {
		A int `json:"a"`
	} `json:"objects"`
	Left []byte `json:"left,omitempty"`
}

// Names is a list with a name.
type Names []string

// Blob is no []byte, but base64.
type Blob []byte

// Bit is a byte of a name.
type Bit byte

// Maps are objects.
type Maps struct {
	Strings map[string]int     `json:"strings"`
	Ints    map[int64][]string `json:"ints"`
	Texts   map[Written]bool   `json:"texts"`
	Colors  map[Color]Level    `json:"colors"`
	Named   Registry           `json:"named"`
	Deep    map[string]map[string]*Inner
}

// Registry can contain itself.
type Registry map[string]Registry

// Tree is made of trees.
type Tree []Tree

// Enums are types with constants, and some that only look like it.
type Enums struct {
	Color Color  `json:"color"`
	Level Level  `json:"level"`
	Plain UserID `json:"plain"`
	Flags Flags  `json:"flags"`
}

// Color is one of three.
type Color string

// Colors.
const (
	Red   Color = "red"
	Green Color = "green"
	blue  Color = "blue"
	Rouge       = Red
)

// Level goes up.
type Level int

// Levels.
const (
	Low Level = iota - 1
	Mid
	High
)

// UserID has no constants.
type UserID string

// Flags can be combined.
//
//everwire:ts number
type Flags uint8

// Flags.
const (
	Bold Flags = 1 << iota
	Italic
)

// User is also the name of a type in shop.
type User struct {
	ID UserID `json:"id"`
}

// Own writes itself.
type Own struct{ A int }

// MarshalJSON implements json.Marshaler.
func (*Own) MarshalJSON() ([]byte, error) { return []byte("1"), nil }

// Written is text.
type Written struct{ A int }

// MarshalText implements encoding.TextMarshaler.
func (Written) MarshalText() ([]byte, error) { return []byte("w"), nil }

// Celsius writes itself, and says what.
//
//everwire:ts { degrees: number }
type Celsius struct{ A int }

// MarshalJSON implements json.Marshaler.
func (Celsius) MarshalJSON() ([]byte, error) { return []byte(`{"degrees":1}`), nil }

// Page is a part of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	Next  *T  `json:"next,omitempty"`
}

// Pair has two.
type Pair[A, B any] struct {
	A A
	B B
}
