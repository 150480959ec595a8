// decode_test.go: wire strings to packets, and the ones that are refused.

package sio_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// decode feeds a text message and its attachments to a new decoder.
func decode(t testing.TB, text string, attachments ...string) sio.Packet {
	t.Helper()
	d := sio.JSON{}.NewDecoder()
	pkt, done, err := d.Decode(eio.Text([]byte(text)))
	require.NoError(t, err)
	for _, data := range attachments {
		require.False(t, done)
		require.True(t, d.(sio.Waiter).Pending())
		require.Nil(t, pkt.Body)
		pkt, done, err = d.Decode(eio.Binary([]byte(data)))
		require.NoError(t, err)
	}
	require.True(t, done)
	require.False(t, d.(sio.Waiter).Pending())
	return pkt
}

// rawArgs returns the arguments of a body as JSON.
func rawArgs(t testing.TB, b sio.Body) []string {
	t.Helper()
	if b == nil {
		return nil
	}
	args := make([]string, b.Len())
	for i := range args {
		var raw json.RawMessage
		require.NoError(t, b.Bind(i, &raw))
		args[i] = string(raw)
	}
	return args
}

func nested(levels int) string {
	return strings.Repeat("[", levels) + strings.Repeat("]", levels)
}

func TestDecode(t *testing.T) {
	header := func(typ sio.Type, nsp, event string) sio.Header {
		return sio.Header{Type: typ, Namespace: nsp, Event: event}
	}
	withID := func(h sio.Header, id uint64) sio.Header { h.ID, h.HasID = id, true; return h }
	e := header(sio.Event, "/", "e")
	long := strings.Repeat("x", 256)

	for _, test := range []struct {
		text string
		want sio.Header
		args []string
	}{
		{`0`, header(sio.Connect, "/", ""), nil},
		{`0{}`, header(sio.Connect, "/", ""), []string{`{}`}},
		{`0/a`, header(sio.Connect, "/a", ""), nil},
		{`0/a,`, header(sio.Connect, "/a", ""), nil},
		{`0/a, {"k":[1,2]} `, header(sio.Connect, "/a", ""), []string{`{"k":[1,2]}`}},
		{`0/a?token=1,{"x":1}`, header(sio.Connect, "/a", ""), []string{`{"x":1}`}},
		{`0/?token=1`, header(sio.Connect, "/", ""), nil},
		{`0/` + long[1:], header(sio.Connect, "/"+long[1:], ""), nil},
		{`1`, header(sio.Disconnect, "/", ""), nil},
		{`1/a,`, header(sio.Disconnect, "/a", ""), nil},
		{`4"no"`, header(sio.ConnectError, "/", ""), []string{`"no"`}},
		{`4/a,{"message":"no"}`, header(sio.ConnectError, "/a", ""), []string{`{"message":"no"}`}},

		{`2["e"]`, e, []string{}},
		{`2["e",1,"a,]",{"b":[2,3]},[4,"\"]"]]`, e, []string{`1`, `"a,]"`, `{"b":[2,3]}`, `[4,"\"]"]`}},
		{"2 [ \"e\" ,\t1 , [ ] ]\r\n", e, []string{`1`, `[ ]`}},
		{`2/,["e"]`, e, []string{}},
		{`2/a,["e"]`, header(sio.Event, "/a", "e"), []string{}},
		{`20["e"]`, withID(e, 0), []string{}},
		{`2/a,12["e"]`, withID(header(sio.Event, "/a", "e"), 12), []string{}},
		{`29007199254740991["e"]`, withID(e, sio.MaxID), []string{}},
		{`2["e",` + nested(64) + `]`, e, []string{nested(64)}},
		{`2[""]`, header(sio.Event, "/", ""), []string{}},
		{`2["` + long + `"]`, header(sio.Event, "/", long), []string{}},
		{`2["\u0065\n\ud83d\ude00"]`, header(sio.Event, "/", "e\n😀"), []string{}},
		{`2["\ud800"]`, header(sio.Event, "/", "\ufffd"), []string{}},
		{`2["error",{}]`, header(sio.Event, "/", "error"), []string{`{}`}},
		{`2["__proto__"]`, header(sio.Event, "/", "__proto__"), []string{}},
		{`2[1]`, header(sio.Event, "/", "1"), []string{}},
		{`2[-15,"x"]`, header(sio.Event, "/", "-15"), []string{`"x"`}},
		{`2[-0]`, header(sio.Event, "/", "0"), []string{}},
		{`2["e",{"_placeholder":true,"num":"splice"}]`, e, []string{`{"_placeholder":true,"num":"splice"}`}},
		{`37[]`, withID(header(sio.Ack, "/", ""), 7), []string{}},
		{`3/a,7["x",null]`, withID(header(sio.Ack, "/a", ""), 7), []string{`"x"`, `null`}},
	} {
		pkt := decode(t, test.text)
		assert.Equal(t, test.want, pkt.Header, test.text)
		assert.Equal(t, test.args, rawArgs(t, pkt.Body), test.text)
	}
}

func TestDecodeRefuses(t *testing.T) {
	digits := strings.Repeat("1", 990_000)
	for _, text := range []string{
		``, `7`, `9`, `x`, "2\x00", `/`, "\xff",
		// attachments: 1 to 10, written plainly, for types 5 and 6 only
		`5["e"]`, `5-["e"]`, `50-["e","x"]`, `51["e"]`, `51`, `511-["e"]`, `599999999999-["e"]`, `501-["e"]`,
		`5-1-["e"]`, `5x-["e"]`, `5 1-["e"]`, `5+1-["e"]`, `51e0-["e"]`, `51.0-["e"]`, `6["x"]`, `61-[1]`, `21-["e"]`,
		`5` + digits + `-["e"]`,
		// namespaces and ids
		`2/` + strings.Repeat("x", 256) + `,["e"]`, `2/a["e"]`, "0/\xff,",
		`29007199254740992["e"]`, `29007199254740993["e"]`, `299999999999999999999["e"]`, `2` + digits + `["e"]`,
		`2-1["e"]`, `2+1["e"]`, `21.5["e"]`, `3["x"]`, `01{}`, `11`, `41"x"`,
		// payloads
		`0[]`, `0"x"`, `0null`, `01`, `0{}{}`, `0{`, `1{}`, `1[]`, `4`, `41`, `4[]`, `4null`,
		`2`, `21`, `2{}`, `2"e"`, `2null`, `2{"a":1}`, `2[]`, `2[null]`, `2[true]`, `2[["e"]]`, `2[{"toString":"foo"}]`,
		`2[1.5]`, `2[1e3]`, `2[01]`, `2[-]`, `2[9007199254740992]`,
		`2["e"`, `2["e",]`, `2["e" 1]`, `2["e"]]`, `2["e"]x`, `2["e"],`, `2[,"e"]`, `2["e",,1]`, `37`, `37{}`, `37[`, `37[1`, `37[1,]`,
		// names
		`2["connect"]`, `2["connect_error"]`, `2["disconnect"]`, `2["disconnecting"]`, `2["newListener"]`, `2["removeListener"]`,
		`2["conn\u0065ct"]`, `2["` + strings.Repeat("x", 257) + `"]`, `2["` + strings.Repeat(`\u0061`, 257) + `"]`, `2["` + digits + `"]`,
		// JSON
		`2["e",01]`, `2["e",1.]`, `2["e",.5]`, `2["e",1e]`, `2["e",+1]`, `2["e",--1]`, `2["e",nul]`, `2["e",NaN]`, `2["e",'x']`,
		`2["e",{1:2}]`, `2["e",{"a"}]`, `2["e",{"a":}]`, `2["e",{"a":1,}]`, `2["e",{,}]`, `2["e",{"a":1]`, `2["e",[1}]`,
		`2["e","\x"]`, `2["e","\u12g4"]`, `2["e","\`, "2[\"e\",\"\n\"]", "2[\"e\",\"\x00\"]", "2[\"e\",\"\xff\"]", "2[\"e\",\"\xed\xa0\x80\"]",
		`2["e",` + nested(65) + `]`, `37[` + nested(65) + `]`, `0` + strings.Repeat(`{"a":`, 65) + `1` + strings.Repeat(`}`, 65),
		// placeholders
		`51-["e",{"_placeholder":true}]`, `51-["e",{"_placeholder":true,"num":"splice"}]`, `51-["e",{"_placeholder":true,"num":5}]`,
		`51-["e",{"_placeholder":true,"num":1}]`, `51-["e",{"_placeholder":true,"num":-1}]`, `51-["e",{"_placeholder":true,"num":1.5}]`,
		`51-["e",{"_placeholder":true,"num":null}]`, `51-["e",{"_placeholder":true,"num":1e309}]`, `51-["e",{"_placeholder":true,"num":"0"}]`,
		`510-["e",{"_placeholder":true,"num":10}]`, `51-["e",[{"a":{"num":7,"_placeholder":true}}]]`,
		`51-["e",{"\u005fplaceholder":true,"n\u0075m":9}]`, `51-["e",{"_placeholder":true,"num":0,"num":9}]`,
		`61-7[{"_placeholder":true,"num":1}]`,
	} {
		_, done, err := sio.JSON{}.NewDecoder().Decode(eio.Text([]byte(text)))
		assert.False(t, done)
		assert.ErrorIs(t, err, sio.ErrMalformed, "%.80s", text)
	}
}

func TestDecodeAttachments(t *testing.T) {
	pkt := decode(t, `52-/a,3["e",{"num":1,"_placeholder":true},"x",{"_placeholder":true,"num":0}]`, "zero", "one")
	assert.Equal(t, sio.Header{Type: sio.Event, Namespace: "/a", Event: "e", ID: 3, HasID: true}, pkt.Header)
	var one, zero []byte
	var x string
	require.NoError(t, pkt.Body.Bind(0, &one, &x, &zero))
	assert.Equal(t, []string{"one", "x", "zero"}, []string{string(one), x, string(zero)})

	pkt = decode(t, `61-7[{"_placeholder":true,"num":0}]`, "")
	var data []byte
	require.NoError(t, pkt.Body.Bind(0, &data))
	assert.Equal(t, []byte{}, data)

	longKey := strings.Repeat(`\u005f`, 20)
	pkt = decode(t, `51-["e",{"`+longKey+`":1}]`, "x")
	assert.Equal(t, []string{`{"` + longKey + `":1}`}, rawArgs(t, pkt.Body))

	pkt = decode(t, `51-["e"]`, "nobody asked")
	assert.Zero(t, pkt.Body.Len())
}

func TestDecodeOrder(t *testing.T) {
	half := eio.Text([]byte(`52-["e",{"_placeholder":true,"num":0}]`))
	for name, second := range map[string]eio.Packet{
		"text while attachments are missing": eio.Text([]byte(`2["e"]`)),
		"another half packet":                half,
		"not a message":                      {Type: eio.Ping},
	} {
		d := sio.JSON{}.NewDecoder()
		pkt, done, err := d.Decode(half)
		require.NoError(t, err)
		assert.False(t, done)
		assert.Equal(t, sio.Packet{Header: sio.Header{Type: sio.Event, Namespace: "/", Event: "e"}}, pkt)
		_, _, err = d.Decode(second)
		assert.ErrorIs(t, err, sio.ErrMalformed, name)
		assert.False(t, d.(sio.Waiter).Pending(), "an error frees the half packet")
	}
	_, _, err := sio.JSON{}.NewDecoder().Decode(eio.Binary([]byte("x")))
	assert.ErrorIs(t, err, sio.ErrMalformed)
}

func TestDecodeErrorKinds(t *testing.T) {
	_, _, err := sio.JSON{}.NewDecoder().Decode(eio.Text([]byte(`511-["e"]`)))
	assert.ErrorIs(t, err, sio.ErrTooManyAttachments)
	_, _, err = sio.JSON{}.NewDecoder().Decode(eio.Text([]byte(`2["connect"]`)))
	assert.ErrorIs(t, err, sio.ErrReserved)
}

func TestDecodeKeepsNothing(t *testing.T) {
	text := []byte(`51-/nsp,["event",{"_placeholder":true,"num":0},"text"]`)
	data := []byte("data")
	d := sio.JSON{}.NewDecoder()
	_, _, err := d.Decode(eio.Text(text))
	require.NoError(t, err)
	clear(text)
	pkt, done, err := d.Decode(eio.Binary(data))
	require.NoError(t, err)
	require.True(t, done)
	clear(data)
	assert.Equal(t, "/nsp", pkt.Namespace)
	assert.Equal(t, "event", pkt.Event)
	var got []byte
	var s string
	require.NoError(t, pkt.Body.Bind(0, &got, &s))
	assert.Equal(t, "data", string(got))
	assert.Equal(t, "text", s)
}

// Hostile input must cost no more than reading it once.
func TestDecodeFailsFast(t *testing.T) {
	const size = 1_000_000
	for name, text := range map[string]string{
		"brackets":    `2["e",` + strings.Repeat("[", size),
		"braces":      `2["e",` + strings.Repeat(`{"":`, size/4),
		"attachments": `5` + strings.Repeat("1", size) + `-["e"]`,
		"id":          `2` + strings.Repeat("1", size) + `["e"]`,
		"name":        `2["` + strings.Repeat(`\u0061`, size/6) + `"]`,
		"number name": `2[` + strings.Repeat("1", size) + `]`,
		"namespace":   `2/` + strings.Repeat("a", size) + `,["e"]`,
		"long key":    `51-["e",{"` + strings.Repeat(`\u005f`, size/6) + `":tru`,
	} {
		p := eio.Text([]byte(text))
		fastest := time.Hour
		for range 5 { // the fastest of a few, as the machine may be busy
			start := time.Now()
			_, _, err := sio.JSON{}.NewDecoder().Decode(p)
			fastest = min(fastest, time.Since(start))
			require.ErrorIs(t, err, sio.ErrMalformed, name)
		}
		t.Logf("%s: %v", name, fastest)
		if raceEnabled {
			continue
		}
		assert.Less(t, fastest, 20*time.Millisecond, name) // quadratic work would take seconds
		allocs := testing.AllocsPerRun(3, func() { _, _, _ = sio.JSON{}.NewDecoder().Decode(p) })
		assert.LessOrEqual(t, allocs, 1.0, name) // the decoder itself
	}
}
