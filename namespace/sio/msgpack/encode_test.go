// encode_test.go: Go values to messages, by reading them again.

package msgpack_test

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

func unix(ms int64) time.Time { return time.UnixMilli(ms) }

type blob []byte

type file struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// again encodes arguments and decodes the result.
func again(t testing.TB, h sio.Header, args ...any) sio.Packet {
	t.Helper()
	packets, err := msgpack.Codec{}.Encode(nil, h, args...)
	require.NoError(t, err)
	return decodeBytes(t, packets[0].Data)
}

// The rules are those of the JSON codec: what it writes for an argument is what is
// read of ours.
func TestEncodeLikeJSON(t *testing.T) {
	type tags struct {
		A     int       `json:"a,omitempty"`
		B     string    `json:"-"`
		C     any       `json:"c"`
		Short float32   `json:"short"`
		Names []string  `json:"names"`
		Blob  blob      `json:"blob"`
		Array [2]byte   `json:"array"`
		Ptr   *int      `json:"ptr,omitempty"`
		Chars [3]string `json:"chars"`
	}
	for _, arg := range []any{
		nil, true, false, 0, -1, "", "é\u2028<&>\"\\\n\x00", "\xff", 1.5, 1e20, 1e21, 1e-7, math.MaxFloat64, float32(0.1),
		int64(math.MinInt64), uint64(math.MaxUint64), int64(math.MaxInt64), 1e18, []int(nil), []int{}, map[string]int(nil),
		[]byte(nil), (*file)(nil), tags{C: map[int]string{2: "b", 1: "a"}, Blob: blob("x")}, &tags{A: 1, B: "x", C: json.Number("1.50")},
		json.RawMessage(" { \"a\" : [ 1 , \"\\u0041\\ud83d\\ude00\\ud800\" ] } "), json.RawMessage("\"\xff\""), json.Number("12345678901234567890"),
		net.IPv4(1, 2, 3, 4), map[string]any{"b": 1, "a": []any{nil, "x", map[string]any{}}}, time.Second,
		[]any{strings.Repeat("x", 32), strings.Repeat("x", 256), strings.Repeat("x", 1<<16)}, make([]int, 15), make([]int, 16), make([]int, 1<<16),
		[][]int{make([]int, 16), make([]int, 17)},
	} {
		packets, err := sio.JSON{}.Encode(nil, event("e"), arg)
		require.NoError(t, err)
		pkt, _, err := sio.JSON{}.NewDecoder().Decode(packets[0])
		require.NoError(t, err)
		want, got := bound(t, pkt.Body), bound(t, again(t, event("e"), arg).Body)
		assert.Equal(t, want, got, "%.80q", packets[0].Data)
	}
}

// bound returns all arguments as Bind puts them into an any.
func bound(t testing.TB, b sio.Body) []any {
	t.Helper()
	args, dst := make([]any, b.Len()), make([]any, b.Len())
	for i := range dst {
		dst[i] = &args[i]
	}
	require.NoError(t, b.Bind(0, dst...))
	return args
}

func TestEncodeNumbers(t *testing.T) {
	tail := "a36e7370a12f"
	for _, test := range []struct {
		arg  any
		want string
	}{
		{json.Number("-0"), "cb8000000000000000"},
		{math.Copysign(0, -1), "cb8000000000000000"},
		{json.Number("2.0"), "cb4000000000000000"},
		{1e3, "cd03e8"},
		{1e19, "cf8ac7230489e80000"},
		{1e20, "cb4415af1d78b58c40"},
		{uint64(math.MaxUint64), "cfffffffffffffffff"},
		{[]int64{math.MinInt64}, "91d38000000000000000"},
		{json.Number("123456789012345678901234567890"), "cb45f8ee90ff6c373e"},
	} {
		got := strings.TrimPrefix(encode(t, event("e"), test.arg), "83a47479706502a46461746192a165")
		assert.Equal(t, test.want+tail, got, "%v", test.arg)
	}
}

func TestEncodeBytes(t *testing.T) {
	type album struct {
		Files map[string][]file `json:"files"`
		Extra any               `json:"extra"`
		More  *[]byte           `json:"more"`
		None  []byte            `json:"none"`
	}
	more := []byte("5")
	want := album{map[string][]file{"x": {{"n", []byte("1")}, {"m", []byte("2")}}}, []byte("3"), &more, nil}
	var got album
	require.NoError(t, again(t, event("e"), want).Body.Bind(0, &got))
	assert.Equal(t, want, got)

	many := make([][]byte, 1000)
	for i := range many {
		many[i] = []byte{byte(i), byte(i >> 8)}
	}
	var back [][]byte
	require.NoError(t, again(t, event("e"), many, &many).Body.Bind(1, &back))
	assert.Equal(t, many, back, "there is no limit of attachments")

	for _, n := range []int{0, 255, 256, 1<<16 - 1, 1 << 16} {
		data := make([]byte, n)
		var one, inside []byte
		require.NoError(t, again(t, event("e"), data, &data).Body.Bind(0, &one, &inside))
		assert.Equal(t, [][]byte{data, data}, [][]byte{one, inside}, n)
	}
	var auth struct{ Key []byte }
	require.NoError(t, again(t, header(sio.Connect, "/", ""), map[string]any{"key": []byte{1, 2}}).Body.Bind(0, &auth))
	assert.Equal(t, []byte{1, 2}, auth.Key, "a CONNECT may hold bytes too")
}

func TestEncodeKeepsNothing(t *testing.T) {
	data := []byte("data")
	pkt := again(t, event("e"), data, file{Data: data})
	clear(data)
	var first []byte
	var second file
	require.NoError(t, pkt.Body.Bind(0, &first, &second))
	assert.Equal(t, []string{"data", "data"}, []string{string(first), string(second.Data)})
}

type stamped struct {
	At   time.Time            `json:"at"`
	Seen *time.Time           `json:"seen"`
	Days map[string]time.Time `json:"days"`
	By   map[time.Time]int    `json:"by"`
	Any  any                  `json:"any"`
	Late time.Time            `json:"late,omitzero"`
}

type embedded struct{ time.Time }

func TestTimes(t *testing.T) {
	at := time.Date(2023, 11, 14, 23, 13, 20, 123_456_789, time.FixedZone("", 3600))
	ms := at.Truncate(time.Millisecond).UTC()
	want := stamped{ms, &ms, map[string]time.Time{"a": ms}, map[time.Time]int{ms: 1}, ms.Format(time.RFC3339Nano), time.Time{}}

	body := again(t, event("e"), at, stamped{at, &at, map[string]time.Time{"a": at}, map[time.Time]int{ms: 1}, at, time.Time{}}, embedded{at}).Body
	var one time.Time
	var all stamped
	var own embedded
	require.NoError(t, body.Bind(0, &one, &all, &own))
	assert.Equal(t, ms, one)
	assert.Equal(t, want, all)
	assert.True(t, at.Equal(own.Time), "a form of its own: a string with nanoseconds")
	assert.Equal(t, 4, strings.Count(encode(t, event("e"), at, want, embedded{at}), "d7000000018bcfe5687b"),
		"one alone and three of four in the struct: the last is a string by now")

	var zero time.Time
	require.NoError(t, again(t, event("e"), time.Time{}).Body.Bind(0, &zero))
	assert.True(t, zero.IsZero())

	const limit = 8_640_000_000_000_000
	for _, far := range []time.Time{unix(limit + 1), unix(-limit - 1), time.Unix(1<<60, 0), time.Unix(-1<<60, 0)} {
		for _, arg := range []any{far, []time.Time{far}} {
			_, err := msgpack.Codec{}.Encode(nil, event("e"), arg)
			assert.ErrorContains(t, err, "1970", far)
		}
	}
	assert.Equal(t, []string{`"+275760-09-13T00:00:00.000Z"`, `"-271821-04-20T00:00:00.000Z"`, `"-000001-12-31T23:59:59.999Z"`},
		rawArgs(t, again(t, event("e"), unix(limit), unix(-limit), time.Date(0, 1, 1, 0, 0, 0, -1, time.UTC)).Body))
}

func TestEncodeRefuses(t *testing.T) {
	for _, test := range []struct {
		header sio.Header
		args   []any
		want   error
	}{
		{header(5, "/", ""), nil, sio.ErrMalformed},
		{event("connect"), nil, sio.ErrReserved},
		{event(strings.Repeat("x", 257)), nil, sio.ErrMalformed},
		{header(sio.Event, "a", "e"), nil, sio.ErrMalformed},
		{header(sio.Event, "/a,b", "e"), nil, sio.ErrMalformed},
		{header(sio.Ack, "/", ""), nil, sio.ErrMalformed},
		{withID(header(sio.Connect, "/", ""), 1), nil, sio.ErrMalformed},
		{withID(event("e"), sio.MaxID+1), nil, sio.ErrMalformed},
		{header(sio.Connect, "/", ""), []any{1}, sio.ErrMalformed},
		{header(sio.Connect, "/", ""), []any{"x"}, sio.ErrMalformed},
		{header(sio.Connect, "/", ""), []any{nil}, sio.ErrMalformed},
		{header(sio.Connect, "/", ""), []any{struct{}{}, 1}, sio.ErrMalformed},
		{header(sio.Disconnect, "/", ""), []any{struct{}{}}, sio.ErrMalformed},
		{header(sio.ConnectError, "/", ""), nil, sio.ErrMalformed},
		{header(sio.ConnectError, "/", ""), []any{[]int{}}, sio.ErrMalformed},
		{event("e"), []any{math.NaN()}, nil},
		{event("e"), []any{[]any{math.Inf(1)}}, nil},
		{event("e"), []any{make(chan int)}, nil},
		{event("e"), []any{json.RawMessage("{")}, nil},
		{event("e"), []any{json.Number("1e999")}, nil},
	} {
		packets, err := msgpack.Codec{}.Encode([]eio.Packet{}, test.header, test.args...)
		assert.Error(t, err, "%+v %v", test.header, test.args)
		assert.Nil(t, packets)
		if test.want != nil {
			assert.ErrorIs(t, err, test.want)
		}
	}
}

// Any number of arguments goes into one message.
func TestEncodeManyArguments(t *testing.T) {
	list := make([]any, 1<<16)
	for i := range list {
		list[i] = i
	}
	body := again(t, event("e"), list...).Body
	require.Equal(t, len(list), body.Len())
	var last int
	require.NoError(t, body.Bind(len(list)-1, &last))
	assert.Equal(t, len(list)-1, last)
}

func TestEncodeAppends(t *testing.T) {
	packets, err := msgpack.Codec{}.Encode([]eio.Packet{eio.Text([]byte("before"))}, event("e"))
	require.NoError(t, err)
	require.Len(t, packets, 2)
	assert.Equal(t, "83a47479706502a46461746191a165a36e7370a12f", hex.EncodeToString(packets[1].Data))
}

func TestAckError(t *testing.T) {
	ack := withID(header(sio.Ack, "/", ""), 1)
	e := &sio.Error{Code: "c", Message: "no", Data: map[string]any{"k": []byte("x")}}
	assert.Equal(t, e, sio.AckError(again(t, ack, sio.ErrorAck(e)).Body))
	for _, other := range []any{1, nil, []byte("x"), map[string]any{}, map[string]any{"error": "x"}, map[string]any{"error": e, "more": 1}, "error"} {
		assert.Nil(t, sio.AckError(again(t, ack, other).Body), "%v", other)
	}
	assert.Nil(t, sio.AckError(again(t, ack).Body))
	assert.Nil(t, sio.AckError(again(t, ack, sio.ErrorAck(e), 2).Body))
}
