// payload_test.go: payloads of several packets, and the way there and back.

package eio_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/quick"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

// collect reads a whole payload.
func collect(payload []byte) (packets []eio.Packet, err error) {
	for p, err := range eio.Packets(payload) {
		if err != nil {
			return packets, err
		}
		packets = append(packets, p)
	}
	return packets, nil
}

func encode(packets []eio.Packet) (payload []byte) {
	for _, p := range packets {
		payload = eio.AppendPayload(payload, 0, p)
	}
	return payload
}

func TestPayloads(t *testing.T) {
	for _, c := range []struct {
		text    string
		packets []eio.Packet
	}{
		{"4a", []eio.Packet{eio.Text([]byte("a"))}},
		{"4a\x1e4b", []eio.Packet{eio.Text([]byte("a")), eio.Text([]byte("b"))}},
		{"4a\x1ebAQID\x1e2", []eio.Packet{eio.Text([]byte("a")), eio.Binary([]byte{1, 2, 3}), {Type: eio.Ping, Data: []byte{}}}},
		{"b\x1eb", []eio.Packet{eio.Binary([]byte{}), eio.Binary([]byte{})}},
		{"6\x1e1", []eio.Packet{{Type: eio.Noop, Data: []byte{}}, {Type: eio.Close, Data: []byte{}}}},
	} {
		require.Equal(t, c.text, string(encode(c.packets)))
		got, err := collect([]byte(c.text))
		require.NoError(t, err, "%q", c.text)
		require.Equal(t, c.packets, got, "%q", c.text)
	}
}

func TestPayloadAfterOtherBytes(t *testing.T) {
	dst := []byte("header")
	dst = eio.AppendPayload(dst, len("header"), eio.Text([]byte("a")))
	dst = eio.AppendPayload(dst, len("header"), eio.Text([]byte("b")))
	require.Equal(t, "header4a\x1e4b", string(dst))
}

func TestPayloadErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		good int // packets before the error
		want error
	}{
		{"", 0, eio.ErrEmpty},
		{"\x1e", 0, eio.ErrEmpty},
		{"4a\x1e", 1, eio.ErrEmpty},
		{"\x1e4a", 0, eio.ErrEmpty},
		{"4a\x1e\x1e4b", 1, eio.ErrEmpty},
		{"4a\x1ex\x1e4b", 1, eio.ErrType},
		{"4a\x1e4b\x1ebA", 2, eio.ErrBase64},
	} {
		got, err := collect([]byte(c.text))
		require.ErrorIs(t, err, c.want, "%q", c.text)
		require.Len(t, got, c.good, "%q", c.text)
	}
}

// Nothing follows an error, and the reader may stop before the end.
func TestPayloadStops(t *testing.T) {
	n := 0
	for range eio.Packets([]byte("x\x1ex\x1ex")) {
		n++
	}
	require.Equal(t, 1, n)
	for range eio.Packets([]byte("4a\x1e4b")) {
		n++
		break
	}
	require.Equal(t, 2, n)
}

// A payload of nothing but separators is done with at once.
func TestPayloadOfSeparators(t *testing.T) {
	hostile := bytes.Repeat([]byte{eio.Separator}, 1_000_000)
	require.Zero(t, testing.AllocsPerRun(10, func() { _, _ = collect(hostile) }))
}

// Whatever packets a payload is made of, they come out again.
func TestRoundTrip(t *testing.T) {
	property := func(texts []string, binaries [][]byte) bool {
		var in []eio.Packet
		for i, s := range texts {
			s = strings.ReplaceAll(s, "\x1e", "") // it cannot travel in a text packet
			in = append(in, eio.Packet{Type: eio.Open + eio.Type(i%7), Data: []byte(s)})
		}
		for _, b := range binaries {
			in = append(in, eio.Binary(b))
		}
		if len(in) == 0 {
			return true
		}
		out, err := collect(encode(in))
		if err != nil || len(in) != len(out) {
			return false
		}
		for i := range in {
			if in[i].Type != out[i].Type || in[i].Binary != out[i].Binary || !bytes.Equal(in[i].Data, out[i].Data) {
				return false
			}
		}
		return true
	}
	require.NoError(t, quick.Check(property, nil))
}
