// fuzz_test.go: arbitrary input, and the way there and back.

package sio_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// values binds all arguments to Go values that can be encoded again.
func values(b sio.Body) ([]any, error) {
	if b == nil {
		return nil, nil
	}
	args, dst := make([]any, b.Len()), make([]any, b.Len())
	for i := range dst {
		dst[i] = &args[i]
	}
	return args, b.Bind(0, dst...)
}

// again encodes a packet and decodes the result.
func again(t *testing.T, h sio.Header, args []any) sio.Packet {
	packets, err := sio.JSON{}.Encode(nil, h, args...)
	require.NoError(t, err)
	d := sio.JSON{}.NewDecoder()
	for i, p := range packets {
		pkt, done, err := d.Decode(p)
		require.NoError(t, err, "%s", p.Data)
		require.Equal(t, i == len(packets)-1, done)
		if done {
			return pkt
		}
	}
	panic("no packet")
}

// complete feeds as many attachments as the decoder wants.
func complete(d sio.Decoder, pkt sio.Packet) sio.Packet {
	for i := byte('a'); d.(sio.Waiter).Pending(); i++ {
		pkt, _, _ = d.Decode(eio.Binary([]byte{i}))
	}
	return pkt
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		`0`, `0/a,{"token":1}`, `1/a,`, `4"no"`, `2/a,12["e",1,"x"]`, `2[-15]`, `37[null]`,
		`51-["e",{"_placeholder":true,"num":0}]`, `62-7[{"_placeholder":true,"num":1,"num":0}]`, `50-["e"]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		received := bytes.Clone(text)
		d := sio.JSON{}.NewDecoder()
		pkt, _, err := d.Decode(eio.Text(received))
		if err != nil {
			require.ErrorIs(t, err, sio.ErrMalformed)
			return
		}
		clear(received) // Decode keeps none of it
		pkt = complete(d, pkt)
		args, err := values(pkt.Body)
		if err != nil {
			return // a number that no float64 holds
		}
		if countAttachments(args) > sio.MaxAttachments {
			return // one attachment in many places becomes many
		}
		twin := again(t, pkt.Header, args)
		require.Equal(t, pkt.Header, twin.Header)
		twinArgs, err := values(twin.Body)
		require.NoError(t, err)
		require.Equal(t, args, twinArgs)
	})
}

// countAttachments counts []byte in what Bind puts into an any.
func countAttachments(v any) (n int) {
	switch v := v.(type) {
	case []byte:
		return 1
	case []any:
		for _, e := range v {
			n += countAttachments(e)
		}
	case map[string]any:
		for _, e := range v {
			n += countAttachments(e)
		}
	}
	return n
}

func FuzzScan(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-0.5e+3,"\u00e9\n",true,false,null]}`, ` [ ] `, `"\ud800"`, `01`, `1.`, `-`, `[1,]`, `{"a":1,}`, `"`, `{"a"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		valid, stricter := sio.Scan(text)
		if !stricter {
			assert.Equal(t, json.Valid(text), valid, "%q", text)
		}
	})
}

func TestRoundTrip(t *testing.T) {
	args := []any{
		nil, true, -1.5, "é<\u2028\"", []any{}, map[string]any{},
		map[string]any{"b": []byte("1"), "a": []any{[]byte("2"), map[string]any{"c": []byte{}}}},
	}
	for _, h := range []sio.Header{
		{Type: sio.Event, Namespace: "/", Event: "e"},
		{Type: sio.Event, Namespace: "/a", Event: "quote \" and \\", ID: 5, HasID: true},
		{Type: sio.Ack, Namespace: "/", ID: sio.MaxID, HasID: true},
	} {
		pkt := again(t, h, args)
		assert.Equal(t, h, pkt.Header)
		got, err := values(pkt.Body)
		require.NoError(t, err)
		assert.Equal(t, args, got)
	}
	// Structs, with a []byte inside a slice in a map.
	type album struct {
		Files map[string][]file `json:"files"`
		Extra any               `json:"extra"`
	}
	want := album{map[string][]file{"x": {{"n", []byte("1")}, {"m", []byte("2")}}}, []byte("3")}
	var got album
	require.NoError(t, again(t, event("e"), []any{want}).Body.Bind(0, &got))
	assert.Equal(t, want, got)
}
