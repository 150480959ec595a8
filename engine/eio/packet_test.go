// packet_test.go: single packets: golden strings both ways, and what is refused.

package eio_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

// golden are packets and their text form.
var golden = []struct {
	name   string
	packet eio.Packet
	text   string
}{
	{"open", eio.Packet{Type: eio.Open, Data: []byte(`{"sid":"x"}`)}, `0{"sid":"x"}`},
	{"close", eio.Packet{Type: eio.Close, Data: []byte{}}, "1"},
	{"ping", eio.Packet{Type: eio.Ping, Data: []byte{}}, "2"},
	{"probe", eio.Packet{Type: eio.Ping, Data: []byte("probe")}, "2probe"},
	{"pong", eio.Packet{Type: eio.Pong, Data: []byte("probe")}, "3probe"},
	{"text", eio.Text([]byte("hello")), "4hello"},
	{"empty text", eio.Text([]byte{}), "4"},
	{"UTF-8", eio.Text([]byte("€ 😀")), "4€ 😀"},
	{"text like a packet", eio.Text([]byte("bAQID")), "4bAQID"},
	{"upgrade", eio.Packet{Type: eio.Upgrade, Data: []byte{}}, "5"},
	{"noop", eio.Packet{Type: eio.Noop, Data: []byte{}}, "6"},
	{"binary", eio.Binary([]byte{1, 2, 3, 4}), "bAQIDBA=="},
	{"binary, two left", eio.Binary([]byte{1, 2}), "bAQI="},
	{"binary, no padding", eio.Binary([]byte{1, 2, 3}), "bAQID"},
	{"empty binary", eio.Binary([]byte{}), "b"},
	{"binary, both special characters", eio.Binary([]byte{0xfb, 0xff, 0xbf}), "b+/+/"},
}

func TestPackets(t *testing.T) {
	for _, c := range golden {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.text, string(eio.Append(nil, c.packet)))
			require.Equal(t, "before"+c.text, string(eio.Append([]byte("before"), c.packet)))
			require.Equal(t, len(c.text), c.packet.Len())

			p, err := eio.Parse([]byte(c.text))
			require.NoError(t, err)
			require.Equal(t, c.packet, p)
		})
	}
}

func TestParseUnpaddedBinary(t *testing.T) {
	for text, want := range map[string][]byte{
		"bAQIDBA": {1, 2, 3, 4}, "bAQI": {1, 2}, "bAQIDBAU": {1, 2, 3, 4, 5}, "bAA": {0},
	} {
		p, err := eio.Parse([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, eio.Binary(want), p, text)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
	}{
		{"", eio.ErrEmpty},
		{"8", eio.ErrType},
		{"abc", eio.ErrType},
		{"B", eio.ErrType},
		{" 4", eio.ErrType},
		{"\x04", eio.ErrType},
		{"\x1e", eio.ErrType},
		{"\xff", eio.ErrType},
		{"bA", eio.ErrBase64},
		{"bAQ=", eio.ErrBase64},
		{"bAQIDB===", eio.ErrBase64},
		{"b====", eio.ErrBase64},
		{"bAQ*D", eio.ErrBase64},
		{"b-_-_", eio.ErrBase64},
		{"bAQID BA==", eio.ErrBase64},
	} {
		_, err := eio.Parse([]byte(c.text))
		require.ErrorIs(t, err, c.want, "%q", c.text)
	}
}

// A text packet is a part of its input, so that reading costs no memory; a binary
// one has memory of its own.
func TestParseMemory(t *testing.T) {
	in := []byte("4text")
	p, err := eio.Parse(in)
	require.NoError(t, err)
	in[1] = 'T'
	require.Equal(t, "Text", string(p.Data))

	in = []byte("bAQID")
	p, err = eio.Parse(in)
	require.NoError(t, err)
	in[1] = 'Z'
	require.Equal(t, []byte{1, 2, 3}, p.Data)

	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = eio.Parse([]byte("4text")) }))
}

func TestTypeString(t *testing.T) {
	for typ, want := range map[eio.Type]string{
		eio.Open: "open", eio.Close: "close", eio.Ping: "ping", eio.Pong: "pong",
		eio.Message: "message", eio.Upgrade: "upgrade", eio.Noop: "noop",
		eio.Ack: "ack", '8': "Type('8')", 0: `Type('\x00')`,
	} {
		require.Equal(t, want, typ.String())
	}
}
