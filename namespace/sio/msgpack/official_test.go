// official_test.go: messages as the official parser writes them.

package msgpack_test

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

const slot0 = `{"_placeholder":true,"num":0}`

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return b
}

func decodeBytes(t testing.TB, b []byte) sio.Packet {
	t.Helper()
	pkt, done, err := msgpack.Codec{}.NewDecoder().Decode(eio.Binary(b))
	require.NoError(t, err, "%x", b)
	require.True(t, done)
	return pkt
}

// decode reads a message that is written in hex.
func decode(t testing.TB, text string) sio.Packet {
	t.Helper()
	return decodeBytes(t, unhex(t, text))
}

// args reads arguments that are written in hex, one after the other.
func args(t testing.TB, n int, text string) sio.Body {
	t.Helper()
	const head, tail = "83 a474797065 02 a464617461", "a36e7370 a12f"
	return decode(t, head+hex.EncodeToString([]byte{0x91 + byte(n)})+"a165"+text+tail).Body
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

func encode(t testing.TB, h sio.Header, args ...any) string {
	t.Helper()
	packets, err := msgpack.Codec{}.Encode(nil, h, args...)
	require.NoError(t, err)
	require.Len(t, packets, 1)
	require.True(t, packets[0].Binary)
	return hex.EncodeToString(packets[0].Data)
}

func header(typ sio.Type, nsp, event string) sio.Header {
	return sio.Header{Type: typ, Namespace: nsp, Event: event}
}

func event(name string) sio.Header { return header(sio.Event, "/", name) }

func withID(h sio.Header, id uint64) sio.Header { h.ID, h.HasID = id, true; return h }

// What the official parser writes, and what it is for us. With options and an id
// that is undefined are messages of the official client, the others of its server.
func TestOfficial(t *testing.T) {
	e := event("e")
	for _, test := range []struct {
		hex  string
		want sio.Header
		args []string
	}{
		{"84a47479706500a464617461d40000a36e7370a12fa76f7074696f6e7380", header(sio.Connect, "/", ""), nil},
		{"84a47479706500a46461746181a5746f6b656ea178a36e7370a22f61a76f7074696f6e7381a8636f6d7072657373c3",
			header(sio.Connect, "/a", ""), []string{`{"token":"x"}`}},
		{"83a47479706500a46461746181a3736964a3616263a36e7370a12f", header(sio.Connect, "/", ""), []string{`{"sid":"abc"}`}},
		{"83a47479706501a36e7370a22f61a76f7074696f6e7381a8636f6d7072657373c3", header(sio.Disconnect, "/a", ""), nil},
		{"85a47479706502a46461746191a165a76f7074696f6e7381a8636f6d7072657373c3a26964d40000a36e7370a12f", e, []string{}},
		{"85a47479706502a46461746192a46368617482a474657874a668c3a96c6c6fa16e9601ffcb3ff8000000000000c0c3c2a76f7074696f6e7381a8636f6d7072657373c3a269640ca36e7370a12f",
			withID(event("chat"), 12), []string{`{"text":"héllo","n":[1,-1,1.5,null,true,false]}`}},
		{"84a47479706502a46461746191a165a26964cf001fffffffffffffa36e7370a12f", withID(e, sio.MaxID), []string{}},
		{"83a47479706502a46461746193a165d4000082a161d40000a16201a36e7370a12f", e, []string{`null`, `{"b":1}`}},
		{"83a47479706502a46461746193a165d7000000018bcfe5687b81a164d700ffffffffffffffffa36e7370a12f", e,
			[]string{`"2023-11-14T22:13:20.123Z"`, `{"d":"1969-12-31T23:59:59.999Z"}`}},
		{"83a47479706502a46461746193a165c4030102ff81a162c400a36e7370a12f", e, []string{slot0, `{"b":` + slot0 + `}`}},
		{"83a47479706502a46461746195a165c703000102ffc70000c7010000c708000000000000000000a36e7370a12f", e, []string{slot0, slot0, slot0, slot0}},
		{"83a47479706502a464617461dc0013a1657fcc80ccffcd0100cdffffce00010000ceffffffffcf0000000100000000e0d0dfd080d1ff7fd18000d2ffff7fffd280000000d3ffffffff7fffffffcf001fffffffffffffd3ffe0000000000001a36e7370a12f",
			e, strings.Fields("127 128 255 256 65535 65536 4294967295 4294967296 -32 -33 -128 -129 -32768 -32769 -2147483648 -2147483649 9007199254740991 -9007199254740991")},
		{"83a47479706502a46461746197a165cb3fb999999999999acbbff8000000000000cb0000000000000001cb7ff8000000000000cb7ff0000000000000cbfff0000000000000a36e7370a12f",
			e, strings.Fields("0.1 -1.5 5e-324 null null null")},
		{"83a47479706502a46461746193a16582ac5f706c616365686f6c646572c3a36e756d00c40178a36e7370a12f", e,
			[]string{`{"\u005fplaceholder":true,"num":0}`, slot0}},
		{"84a47479706503a4646174619201a178a2696407a36e7370a12f", withID(header(sio.Ack, "/", ""), 7), []string{`1`, `"x"`}},
		{"84a47479706503a46461746190a2696400a36e7370a22f61", withID(header(sio.Ack, "/a", ""), 0), []string{}},
		{"83a47479706504a46461746181a76d657373616765a26e6fa36e7370a12f", header(sio.ConnectError, "/", ""), []string{`{"message":"no"}`}},
		{"83a47479706504a464617461a26e6fa36e7370a12f", header(sio.ConnectError, "/", ""), []string{`"no"`}},
		{"83a47479706502a464617461912aa36e7370a12f", event("42"), []string{}},
		{"83a47479706502a46461746192a165dc0010000102030405060708090a0b0c0d0e0fa36e7370a12f", e, []string{`[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]`}},
	} {
		pkt := decode(t, test.hex)
		assert.Equal(t, test.want, pkt.Header, test.hex)
		assert.Equal(t, test.args, rawArgs(t, pkt.Body), test.hex)
	}
}

// What we write is, byte for byte, what the official parser writes for the same
// members in the same order.
func TestEncodeLikeOfficial(t *testing.T) {
	type obj = map[string]any
	e := event("e")
	sixteen := map[string]int{}
	for i := range 16 {
		sixteen[string(rune('a'+i))] = i
	}
	for _, test := range []struct {
		header sio.Header
		args   []any
		want   string
	}{
		{header(sio.Connect, "/", ""), nil, "83a47479706500a464617461d40000a36e7370a12f"},
		{header(sio.Connect, "", ""), []any{obj{"sid": "abc"}}, "83a47479706500a46461746181a3736964a3616263a36e7370a12f"},
		{header(sio.Disconnect, "/a", ""), nil, "83a47479706501a464617461d40000a36e7370a22f61"},
		{withID(event("chat"), 12), []any{struct {
			Text string `json:"text"`
			N    []any  `json:"n"`
		}{"héllo", []any{1, -1, 1.5, nil, true, false}}},
			"84a47479706502a46461746192a46368617482a474657874a668c3a96c6c6fa16e9601ffcb3ff8000000000000c0c3c2a36e7370a12fa269640c"},
		{withID(e, sio.MaxID), nil, "84a47479706502a46461746191a165a36e7370a12fa26964cf001fffffffffffff"},
		{e, []any{unix(1700000000123), obj{"d": unix(-1)}},
			"83a47479706502a46461746193a165d7000000018bcfe5687b81a164d700ffffffffffffffffa36e7370a12f"},
		{e, []any{[]byte{1, 2, 255}, obj{"b": []byte{}}}, "83a47479706502a46461746193a165c4030102ff81a162c400a36e7370a12f"},
		{e, []any{127, 128, uint8(255), 256, uint16(65535), 65536, uint32(math.MaxUint32), int64(1 << 32), -32, int8(-33), -128, int16(-129), -32768,
			-32769, int32(math.MinInt32), int64(math.MinInt32 - 1), uint64(sio.MaxID), int64(-sio.MaxID)},
			"83a47479706502a464617461dc0013a1657fcc80ccffcd0100cdffffce00010000ceffffffffcf0000000100000000e0d0dfd080d1ff7fd18000d2ffff7fffd280000000d3ffffffff7fffffffcf001fffffffffffffd3ffe0000000000001a36e7370a12f"},
		{e, []any{0.1, -1.5, math.SmallestNonzeroFloat64}, "83a47479706502a46461746194a165cb3fb999999999999acbbff8000000000000cb0000000000000001a36e7370a12f"},
		{e, []any{obj{"_placeholder": true, "num": 0}, []byte("x")},
			"83a47479706502a46461746193a16582ac5f706c616365686f6c646572c3a36e756d00c40178a36e7370a12f"},
		{withID(header(sio.Ack, "/", ""), 7), []any{1, "x"}, "84a47479706503a4646174619201a178a36e7370a12fa2696407"},
		{header(sio.ConnectError, "/", ""), []any{&sio.Error{Message: "no"}}, "83a47479706504a46461746181a76d657373616765a26e6fa36e7370a12f"},
		{header(sio.ConnectError, "/", ""), []any{"no"}, "83a47479706504a464617461a26e6fa36e7370a12f"},
		{e, []any{[]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
			"83a47479706502a46461746192a165dc0010000102030405060708090a0b0c0d0e0fa36e7370a12f"},
		{e, []any{sixteen}, "83a47479706502a46461746192a165de0010" +
			"a16100a16201a16302a16403a16504a16605a16706a16807a16908a16a09a16b0aa16c0ba16d0ca16e0da16f0ea1700fa36e7370a12f"},
		{event(strings.Repeat("x", 31)), nil, "83a47479706502a46461746191bf" + strings.Repeat("78", 31) + "a36e7370a12f"},
		{event(strings.Repeat("x", 32)), nil, "83a47479706502a46461746191d920" + strings.Repeat("78", 32) + "a36e7370a12f"},
		{event("é\xff<"), []any{"\xff\xfe", "</a>"}, "83a47479706502a46461746193a6c3a9efbfbd3ca6efbfbdefbfbda43c2f613ea36e7370a12f"},
	} {
		assert.Equal(t, test.want, encode(t, test.header, test.args...), "%+v %v", test.header, test.args)
	}
}
