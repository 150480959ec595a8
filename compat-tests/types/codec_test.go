// codec_test.go: values of many types, as the codec writes them, in a program that says they are of the types that gen
// has written.

package types

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/gen/testdata/kinds"
	"github.com/everwire/everwire/gen/testdata/kinds/shop"
	"github.com/everwire/everwire/namespace/sio"
)

func number(t *testing.T, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	require.NoError(t, err)
	return n
}

// zero has nothing set but what has no value of its type before: an enumeration without one for zero.
func zero() kinds.Everything {
	return kinds.Everything{
		Said:      0,
		Never:     []kinds.Inner{},
		Enums:     kinds.Enums{Color: kinds.Red},
		Embedding: kinds.Embedding{User: shop.User{State: "active"}},
	}
}

// full has everything set that can be.
func full() kinds.Everything {
	inner, when, level, text, some := kinds.Inner{X: 1}, time.Unix(1, 0), kinds.High, "b", 7
	e := zero()
	e.Any, e.Pointer, e.Empty, e.EmptyList = []any{1}, &some, "x", []int{1}
	e.Zero, e.ZeroTime, e.ZeroPointer, e.QuotedNil, e.Maybe = inner, when, &inner, &level, &when
	e.Raw, e.Number, e.Big, e.IP = json.RawMessage(`{"a":1}`), "12", big.NewInt(5), net.IPv6loopback
	e.OwnNil, e.Header = &kinds.Own{}, map[string][]string{"a": {"b"}, "n": nil}
	e.Inline.B = &text
	e.Lists = kinds.Lists{
		Ints: []int{1}, Nested: [][]int{nil, {1}}, Named: kinds.Names{"a"}, Unions: []kinds.Color{kinds.Green},
		Bytes: []byte{1}, Files: [][]byte{nil, {2}}, Base64: kinds.Blob{1}, Bits: []kinds.Bit{1}, Left: []byte{3},
	}
	e.Maps = kinds.Maps{
		Strings: map[string]int{"a": 1}, Ints: map[int64][]string{1: {"x"}, 2: nil},
		Texts: map[kinds.Written]bool{{A: 1}: true}, Colors: map[kinds.Color]kinds.Level{kinds.Red: kinds.Low},
		Named: kinds.Registry{"a": {"b": nil}}, Deep: map[string]map[string]*kinds.Inner{"a": nil, "b": {"c": nil, "d": &inner}},
	}
	e.Embedding.Optional = &kinds.Optional{Maybe: 1, Renamed: 2}
	e.Self, e.Tree = new(zero()), kinds.Tree{{{}}, nil}
	e.Page = kinds.Page[kinds.Inner]{Items: []kinds.Inner{inner}, Next: &inner}
	e.Pages.Items = []kinds.Page[*kinds.Inner]{{Items: []*kinds.Inner{nil, &inner}}}
	e.Strings.Items = [][]string{nil, {"a"}}
	return e
}

// written returns the program. That literals have no member too many, and none too few, is checked by the compiler.
func written(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("// What the codec writes.\n\nimport type * as kinds from \"./kinds.js\";\n\n")
	for i, c := range []struct {
		typ   string
		value any
	}{
		{"kinds.Everything", zero()},
		{"kinds.Everything", full()},
		{"kinds.Lists", kinds.Lists{}},
		{"kinds.Maps", kinds.Maps{}},
		{"kinds.Embedding", kinds.Embedding{User: shop.User{State: "closed"}}},
		{"kinds.PairUserUserList", kinds.Pair[kinds.User, []shop.User]{}},
		{"kinds.ErrorAnswer", sio.ErrorAck(&sio.Error{Message: "m"})},
		{"kinds.ErrorAnswer", sio.ErrorAck(&sio.Error{Code: "c", Message: "m", Data: []int{1}})},
	} {
		fmt.Fprintf(&b, "export const value%d: %s = %s;\n", i, c.typ, literal(t, c.value))
	}
	return b.Bytes()
}

var placeholder = regexp.MustCompile(`\{"_placeholder":true,"num":\d\}`)

// literal is what the codec writes, with arrays of bytes where attachments are.
func literal(t *testing.T, v any) []byte {
	t.Helper()
	packets, err := sio.JSON{}.Encode(nil, sio.Header{Type: sio.Event, Event: "e"}, v)
	require.NoError(t, err)
	_, text, ok := bytes.Cut(packets[0].Data, []byte(`["e",`))
	require.True(t, ok)
	return placeholder.ReplaceAll(text[:len(text)-1], []byte("new Uint8Array()"))
}
