// encode_test.go: Go values to wire strings.

package sio_test

import (
	"encoding/json"
	"errors"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

type blob []byte

type file struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

type tree struct {
	Leaf     []byte  `json:"leaf,omitempty"`
	Children []*tree `json:"children,omitempty"`
}

func event(name string) sio.Header { return sio.Header{Type: sio.Event, Event: name} }

// wire writes packets as one string: text as it is, each attachment after a bar.
func wire(packets []eio.Packet) string {
	var b strings.Builder
	for i, p := range packets {
		if i > 0 {
			b.WriteByte('|')
		}
		b.Write(p.Data)
	}
	return b.String()
}

func TestEncode(t *testing.T) {
	type args = []any
	withID := func(h sio.Header, id uint64) sio.Header { h.ID, h.HasID = id, true; return h }
	in := func(h sio.Header, nsp string) sio.Header { h.Namespace = nsp; return h }
	ack := withID(sio.Header{Type: sio.Ack}, 7)

	for _, test := range []struct {
		header sio.Header
		args   args
		want   string
	}{
		{sio.Header{}, nil, `0`},
		{in(sio.Header{}, "/"), nil, `0`},
		{in(sio.Header{}, "/a"), args{map[string]any{"sid": "x"}}, `0/a,{"sid":"x"}`},
		{sio.Header{}, args{struct{ B []byte }{[]byte{1}}}, `0{"B":"AQ=="}`},
		{sio.Header{Type: sio.Disconnect}, nil, `1`},
		{in(sio.Header{Type: sio.Disconnect}, "/a"), nil, `1/a,`},
		{sio.Header{Type: sio.ConnectError}, args{"no"}, `4"no"`},
		{sio.Header{Type: sio.ConnectError}, args{&sio.Error{Message: "no"}}, `4{"message":"no"}`},

		{event("e"), nil, `2["e"]`},
		{event(""), nil, `2[""]`},
		{event(`q"\` + "\n"), nil, `2["q\"\\\n"]`},
		{event("<é\u2028>"), args{"</a>&"}, "2[\"<é\u2028>\",\"</a>&\"]"},
		{event("e"), args{nil, true, 1, 1.5, "s", []int{}, []int(nil)}, `2["e",null,true,1,1.5,"s",[],null]`},
		{event("e"), args{[]byte(nil), (*int)(nil), (*file)(nil)}, `2["e",null,null,null]`},
		{withID(in(event("e"), "/a"), 12), args{1}, `2/a,12["e",1]`},
		{withID(event("e"), sio.MaxID), nil, `29007199254740991["e"]`},
		{event("e"), args{map[string]any{"b": 1, "a": "<"}}, `2["e",{"a":"<","b":1}]`},
		{event("e"), args{map[int]string{2: "b", 1: "a"}}, `2["e",{"1":"a","2":"b"}]`},
		{event("e"), args{json.RawMessage(" { \"a\" : [ 1 ] } ")}, `2["e",{"a":[1]}]`},
		{event("e"), args{json.RawMessage("\"\xff\""), "\xff"}, "2[\"e\",\"\ufffd\",\"\ufffd\"]"},
		{event("e"), args{json.Number("1.50"), map[json.Number]any{"1": json.Number("2")}}, `2["e",1.50,{"1":2}]`},
		{event("e"), args{net.IPv4(1, 2, 3, 4), time.Unix(0, 0).UTC()}, `2["e","1.2.3.4","1970-01-01T00:00:00Z"]`},
		{event("e"), args{blob("hi"), [2]byte{1, 2}}, `2["e","aGk=",[1,2]]`},

		{ack, nil, `37[]`},
		{ack, args{nil}, `37[null]`},
		{ack, args{sio.ErrorAck(&sio.Error{Code: "c", Message: "m", Data: 1})}, `37[{"error":{"code":"c","message":"m","data":1}}]`},
		{ack, args{[]byte("x")}, `61-7[{"_placeholder":true,"num":0}]|x`},
		{ack, args{sio.ErrorAck(&sio.Error{Message: "m", Data: []byte("x")})}, `61-7[{"error":{"message":"m","data":{"_placeholder":true,"num":0}}}]|x`},

		{event("e"), args{[]byte("x")}, `51-["e",{"_placeholder":true,"num":0}]|x`},
		{event("e"), args{[]byte{}}, `51-["e",{"_placeholder":true,"num":0}]|`},
		{withID(in(event("e"), "/a"), 3), args{[]byte("x")}, `51-/a,3["e",{"_placeholder":true,"num":0}]|x`},
		{event("e"), args{file{"n", []byte("x")}, &file{"m", nil}}, `51-["e",{"name":"n","data":{"_placeholder":true,"num":0}},{"name":"m","data":null}]|x`},
		{event("e"), args{map[string]any{"b": []byte("2"), "a": []any{[]byte("1")}}}, `52-["e",{"a":[{"_placeholder":true,"num":0}],"b":{"_placeholder":true,"num":1}}]|1|2`},
		{event("e"), args{map[string][]file{"f": {{"n", []byte("x")}}}}, `51-["e",{"f":[{"name":"n","data":{"_placeholder":true,"num":0}}]}]|x`},
		{event("e"), args{tree{Children: []*tree{{Leaf: []byte("x")}}}}, `51-["e",{"children":[{"leaf":{"_placeholder":true,"num":0}}]}]|x`},
	} {
		packets, err := sio.JSON{}.Encode(nil, test.header, test.args...)
		if !assert.NoError(t, err, test.want) || !assert.Equal(t, test.want, wire(packets)) {
			continue
		}
		for i, p := range packets {
			assert.Equal(t, eio.Message, p.Type)
			assert.Equal(t, i > 0, p.Binary)
			assert.Equal(t, len(p.Data), cap(p.Data), "exact size")
		}
	}
}

func TestEncodeTenAttachments(t *testing.T) {
	args := make([]any, 10)
	for i := range args {
		args[i] = []byte{byte(i)}
	}
	packets, err := sio.JSON{}.Encode(nil, event("e"), args...)
	require.NoError(t, err)
	require.Len(t, packets, 11)
	assert.True(t, strings.HasPrefix(string(packets[0].Data), `510-["e",{"_placeholder":true,"num":0}`))
	assert.True(t, strings.HasSuffix(string(packets[0].Data), `,{"_placeholder":true,"num":9}]`))

	_, err = sio.JSON{}.Encode(nil, event("e"), append(args, []byte{10})...)
	assert.ErrorIs(t, err, sio.ErrTooManyAttachments)
	_, err = sio.JSON{}.Encode(nil, event("e"), map[string]any{"x": append(args, []byte{10})})
	assert.ErrorIs(t, err, sio.ErrTooManyAttachments)

	// The failed calls leave nothing behind in the pool.
	packets, err = sio.JSON{}.Encode(nil, event("e"), []byte("x"))
	require.NoError(t, err)
	assert.Equal(t, `51-["e",{"_placeholder":true,"num":0}]|x`, wire(packets))
}

type failing struct{}

var errFailing = errors.New("cannot be written")

func (failing) MarshalJSON() ([]byte, error) { return nil, errFailing }

func TestEncodeErrors(t *testing.T) {
	for name, test := range map[string]struct {
		header sio.Header
		args   []any
		want   error
	}{
		"type":                {sio.Header{Type: 5}, nil, sio.ErrMalformed},
		"long name":           {event(strings.Repeat("x", 257)), nil, sio.ErrMalformed},
		"namespace":           {sio.Header{Namespace: "a"}, nil, sio.ErrMalformed},
		"namespace comma":     {sio.Header{Namespace: "/a,b"}, nil, sio.ErrMalformed},
		"namespace query":     {sio.Header{Namespace: "/a?b"}, nil, sio.ErrMalformed},
		"namespace encoding":  {sio.Header{Namespace: "/\xff"}, nil, sio.ErrMalformed},
		"long namespace":      {sio.Header{Namespace: "/" + strings.Repeat("x", 256)}, nil, sio.ErrMalformed},
		"ack without id":      {sio.Header{Type: sio.Ack}, nil, sio.ErrMalformed},
		"high id":             {sio.Header{Type: sio.Ack, HasID: true, ID: sio.MaxID + 1}, nil, sio.ErrMalformed},
		"id of connect":       {sio.Header{HasID: true}, nil, sio.ErrMalformed},
		"connect with array":  {sio.Header{}, []any{[]int{1}}, sio.ErrMalformed},
		"connect with string": {sio.Header{}, []any{"x"}, sio.ErrMalformed},
		"connect with null":   {sio.Header{}, []any{nil}, sio.ErrMalformed},
		"connect with two":    {sio.Header{}, []any{struct{}{}, struct{}{}}, sio.ErrMalformed},
		"disconnect with arg": {sio.Header{Type: sio.Disconnect}, []any{"x"}, sio.ErrMalformed},
		"bare connect error":  {sio.Header{Type: sio.ConnectError}, nil, sio.ErrMalformed},
		"number as error":     {sio.Header{Type: sio.ConnectError}, []any{1}, sio.ErrMalformed},
		"connect, marshaller": {sio.Header{}, []any{failing{}}, errFailing},
		"own marshaller":      {event("e"), []any{failing{}}, errFailing},
		"false placeholder":   {event("e"), []any{[]byte("x"), json.RawMessage(`{"_placeholder":true,"num":1}`)}, sio.ErrMalformed},
		"nested marshaller":   {event("e"), []any{map[string]any{"x": failing{}}}, errFailing},
	} {
		_, err := sio.JSON{}.Encode(nil, test.header, test.args...)
		assert.ErrorIs(t, err, test.want, name)
	}
	for _, name := range []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"} {
		_, err := sio.JSON{}.Encode(nil, event(name))
		assert.ErrorIs(t, err, sio.ErrReserved, name)
	}
	for _, arg := range []any{make(chan int), math.NaN(), json.RawMessage(`{`), json.Number(`"1"`), json.Number("x")} {
		_, err := sio.JSON{}.Encode(nil, event("e"), arg)
		assert.Error(t, err, "%T", arg)
	}
}

func TestEncodeLarge(t *testing.T) {
	big := strings.Repeat("x", 100_000)
	for range 2 {
		packets, err := sio.JSON{}.Encode(nil, event("e"), big)
		require.NoError(t, err)
		assert.Equal(t, `2["e","`+big+`"]`, wire(packets))
	}
}

func TestTypeString(t *testing.T) {
	assert.Equal(t, "connect_error", sio.ConnectError.String())
	assert.Equal(t, "unknown", sio.Type(5).String())
}

func TestEncodeSharesNothing(t *testing.T) {
	data, raw := []byte("data"), json.RawMessage(`"raw"`)
	packets, err := sio.JSON{}.Encode(nil, event("e"), data, raw)
	require.NoError(t, err)
	copy(data, "----")
	copy(raw, `"---"`)
	_, err = sio.JSON{}.Encode(nil, event("other"), []byte("other"), "other") // takes the pooled memory
	require.NoError(t, err)
	assert.Equal(t, `51-["e",{"_placeholder":true,"num":0},"raw"]|data`, wire(packets))
}
