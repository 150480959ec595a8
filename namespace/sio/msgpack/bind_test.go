// bind_test.go: bodies into Go values.

package msgpack_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace/sio"
)

func TestBindPlain(t *testing.T) {
	b := args(t, 5, "a361c3a9 02 82a44e414d45a16ea46461746 1c4020102 9201 81a178c0 c3")
	var (
		s    string
		n    int
		f    file
		list any
		yes  bool
	)
	require.NoError(t, b.Bind(0, &s, &n, &f, &list, &yes))
	assert.Equal(t, "aé", s)
	assert.Equal(t, 2, n)
	assert.Equal(t, file{"n", []byte{1, 2}}, f)
	assert.Equal(t, []any{1.0, map[string]any{"x": nil}}, list)
	assert.True(t, yes)

	untouched := "as before"
	require.NoError(t, b.Bind(4, &yes, &untouched))
	require.NoError(t, b.Bind(9, &untouched))
	require.NoError(t, b.Bind(-1, &untouched, &s))
	require.NoError(t, b.Bind(0))
	assert.Equal(t, "as before", untouched)
	assert.Equal(t, "aé", s)
	require.NoError(t, b.Bind(1, &n, &f))
	assert.Equal(t, 5, b.Len())
}

// Every value binds as its JSON would.
func TestBindAny(t *testing.T) {
	for _, test := range []struct {
		hex  string
		json string // that stands for it
		any  any
	}{
		{"c0", `null`, nil},
		{undef, `null`, nil},
		{"d40009", `null`, nil},
		{"c2", `false`, false},
		{"d0ff", `-1`, -1.0},
		{"cfffffffffffffffff", `18446744073709551615`, float64(math.MaxUint64)},
		{"d38000000000000000", `-9223372036854775808`, float64(math.MinInt64)},
		{"ca3dcccccd", `0.10000000149011612`, float64(float32(0.1))},
		{"ca7fc00000", `null`, nil},
		{"cb8000000000000000", `-0`, math.Copysign(0, -1)},
		{"cb4415af1d78b58c40", `100000000000000000000`, 1e20},
		{"cb444b1ae4d6e2ef50", `1e+21`, 1e21},
		{"cb3e7ad7f29abcaf48", `1e-07`, 1e-7},
		{"cb4008000000000000", `3`, 3.0},
		{"a522095c0001", `"\"\t\\\u0000\u0001"`, "\"\t\\\x00\x01"},
		{"90", `[]`, []any{}},
		{"80", `{}`, map[string]any{}},
		{"c40178", slot0, []byte("x")},
		{"c7010078", slot0, []byte("x")},
		{"c8000100" + "78", slot0, []byte("x")},
		{"c90000000100" + "78", slot0, []byte("x")},
		{"d40578", `[5,` + slot0 + `]`, []any{5.0, []byte("x")}},
		{"d5007879", `[0,` + slot0 + `]`, []any{0.0, []byte("xy")}},
		{"d6ff00000001", `[-1,` + slot0 + `]`, []any{-1.0, []byte{0, 0, 0, 1}}},
		{"c7000c", `[12,` + slot0 + `]`, []any{12.0, []byte{}}},
		{"d700000000000000" + "0000", `"1970-01-01T00:00:00.000Z"`, "1970-01-01T00:00:00.000Z"},
		{"d7007fffffffffffffff", `null`, nil},
		{"83a161" + undef + "a16201a163" + undef, `{"b":1}`, map[string]any{"b": 1.0}},
		{"82a161" + undef + "a16291" + undef, `{"b":[null]}`, map[string]any{"b": []any{nil}}},
		{"8601c0ffc0c0c0c3c0c2c0cfffffffffffffffffc0", `{"1":null,"-1":null,"null":null,"true":null,"false":null,"18446744073709551615":null}`,
			map[string]any{"1": nil, "-1": nil, "null": nil, "true": nil, "false": nil, "18446744073709551615": nil}},
		{"81a95f5f70726f746f5f5f01", `{"__proto__":1}`, map[string]any{"__proto__": 1.0}},
	} {
		b := args(t, 1, test.hex)
		assert.Equal(t, []string{test.json}, rawArgs(t, b), test.hex)
		assert.Equal(t, []any{test.any}, bound(t, b), test.hex)
	}
}

func TestBindNumbers(t *testing.T) {
	b := args(t, 4, "cfffffffffffffffff d38000000000000000 cf7fffffffffffffff cb4008000000000000")
	var (
		u, three uint64
		low      int64
		high     int64
	)
	require.NoError(t, b.Bind(0, &u, &low, &high, &three))
	assert.Equal(t, []any{uint64(math.MaxUint64), int64(math.MinInt64), int64(math.MaxInt64), uint64(3)}, []any{u, low, high, three})

	var numbers [4]json.Number
	require.NoError(t, b.Bind(0, &numbers[0], &numbers[1], &numbers[2], &numbers[3]))
	assert.Equal(t, [4]json.Number{"18446744073709551615", "-9223372036854775808", "9223372036854775807", "3"}, numbers)

	var fits struct{ N int64 }
	for _, value := range []string{"cfffffffffffffffff", "cb43f0000000000000", "cb4415af1d78b58c40"} { // 2^64-1, 2^64, 1e20
		assert.Error(t, args(t, 1, "81a14e"+value).Bind(0, &fits), value)
		assert.Error(t, args(t, 1, "81a14e"+value).Bind(0, &map[string]int64{}), value)
		assert.Error(t, args(t, 1, value).Bind(0, &low), value)
	}
}

func TestBindBytes(t *testing.T) {
	type all struct {
		Blob  blob
		Any   any
		List  [][]byte
		Map   map[string][]byte
		Text  []byte // base64, as with JSON
		Null  []byte
		Count int
	}
	b := args(t, 1, "87 a4426c6f62 c40131 a3416e79 c7010032 a44c697374 92c40133c40134 a34d6170 81a16bc40135 a454657874 a441514921 a44e756c6c c0 a5436f756e74 07")
	want := all{blob("1"), []byte("2"), [][]byte{[]byte("3"), []byte("4")}, map[string][]byte{"k": []byte("5")}, nil, nil, 7}
	got := all{Null: []byte("x")}
	require.Error(t, b.Bind(0, &got), "AQI! is no base64")

	b = args(t, 1, "87 a4426c6f62 c40131 a3416e79 c7010032 a44c697374 92c40133c40134 a34d6170 81a16bc40135 a454657874 a44151493d a44e756c6c c0 a5436f756e74 07")
	want.Text = []byte{1, 2}
	got = all{Null: []byte("x")}
	require.NoError(t, b.Bind(0, &got))
	assert.Equal(t, want, got)

	many := args(t, 1, "dc0100"+strings.Repeat("c40178", 256))
	var list [][]byte
	require.NoError(t, many.Bind(0, &list))
	assert.Len(t, list, 256)
	var holes []*blob
	require.NoError(t, many.Bind(0, &holes))
	assert.Equal(t, blob("x"), *holes[255])

	var one blob
	var ext struct{ Time []any }
	require.NoError(t, args(t, 1, "c40178").Bind(0, &one))
	assert.Equal(t, blob("x"), one)
	require.NoError(t, args(t, 1, "81a454696d65d5057879").Bind(0, &ext))
	assert.Equal(t, []any{5.0, []byte("xy")}, ext.Time, "an extension that the protocol does not know")
	var be *sio.BindError
	require.ErrorAs(t, args(t, 1, "d5057879").Bind(0, &one), &be)
	require.ErrorAs(t, args(t, 2, "c0c40178").Bind(1, new(int)), &be)
	assert.Equal(t, 1, be.Index)

	data := args(t, 2, "c40161c40162")
	var a []byte
	require.NoError(t, data.Bind(0, &a))
	a = append(a, 'x')
	assert.Equal(t, "ax", string(a))
	assert.Equal(t, []any{[]byte("a"), []byte("b")}, bound(t, data), "who appends to bytes writes to a copy")
}

// What looks like a placeholder of JSON has no meaning here, beside binary data or
// not, however it is bound.
func TestBindLookalikes(t *testing.T) {
	const hex = "82ac5f706c616365686f6c646572c3a36e756d00" // {"_placeholder":true,"num":0}
	lookalike := map[string]any{"_placeholder": true, "num": 0.0}
	for _, test := range []struct {
		hex  string
		want any
	}{
		{hex, lookalike},
		{"91" + hex, []any{lookalike}},
		{"92c40178" + hex, []any{[]byte("x"), lookalike}},
		{"82a162c40178a161" + hex, map[string]any{"b": []byte("x"), "a": lookalike}},
	} {
		b := args(t, 1, test.hex)
		assert.Equal(t, []any{test.want}, bound(t, b), test.hex)
		var raw json.RawMessage
		require.NoError(t, b.Bind(0, &raw))
		assert.Contains(t, string(raw), `{"\u005fplaceholder":true,"num":0}`, "RawMessage can tell them apart")
		assert.Equal(t, []any{test.want}, bound(t, again(t, event("e"), test.want).Body), "and back")
	}
	var own struct {
		Placeholder bool `json:"_placeholder"`
	}
	var pair struct {
		A any
		B []byte
	}
	require.NoError(t, args(t, 1, hex).Bind(0, &own))
	assert.True(t, own.Placeholder)
	require.NoError(t, args(t, 1, "82a162c40178a161"+hex).Bind(0, &pair))
	assert.Equal(t, []any{lookalike, []byte("x")}, []any{pair.A, pair.B})
	require.Error(t, args(t, 1, hex).Bind(0, new([]byte)))
	require.Error(t, args(t, 1, "92c40178"+hex).Bind(0, new([][]byte)))
	member := map[string]any{"_placeholder": []byte("y")}
	assert.Equal(t, []any{member}, bound(t, again(t, event("e"), member).Body))
}

func TestBindRaw(t *testing.T) {
	b := args(t, 2, "81a16101 02")
	var raw json.RawMessage
	var value jsontext.Value
	require.NoError(t, b.Bind(0, &raw, &value))
	assert.Equal(t, `{"a":1}`, string(raw))
	assert.Equal(t, `2`, string(value))
	var inside struct{ A json.RawMessage }
	require.NoError(t, b.Bind(0, &inside))
	clear(inside.A)
	require.NoError(t, b.Bind(0, &inside))
	assert.Equal(t, `1`, string(inside.A))
}

// upper reads itself.
type upper string

func (u *upper) UnmarshalJSON(b []byte) error {
	if string(b) == `null` {
		return errors.New("no text")
	}
	*u = upper(strings.ToUpper(string(b)))
	return nil
}

func TestBindOwnForms(t *testing.T) {
	b := args(t, 4, "81a155a178 b4 323032332d31312d31345432323a31333a32305a d7000000018bcfe5687b c0")
	var own struct{ U upper }
	var text, at time.Time
	require.NoError(t, b.Bind(0, &own, &text, &at))
	assert.Equal(t, upper(`"X"`), own.U)
	assert.Equal(t, "2023-11-14T22:13:20Z", text.Format(time.RFC3339Nano))
	assert.Equal(t, "2023-11-14T22:13:20.123Z", at.Format(time.RFC3339Nano))
	var be *sio.BindError
	require.ErrorAs(t, b.Bind(3, new(upper)), &be)
	assert.Equal(t, 3, be.Index)
	assert.ErrorContains(t, be, "no text")

	held := any(&file{Data: []byte("kept")})
	require.NoError(t, args(t, 1, "81a46e616d65a16e").Bind(0, &held))
	assert.Equal(t, any(&file{"n", []byte("kept")}), held, "a pointer in an any is filled")
}

func TestBindRefuses(t *testing.T) {
	b := args(t, 1, "a178")
	for _, dst := range []any{new(int), nil, "x", (*string)(nil), (*[]byte)(nil), (*any)(nil), new([]byte)} {
		var be *sio.BindError
		assert.ErrorAs(t, b.Bind(0, dst), &be, "%T", dst)
	}
}

func TestBindConcurrently(t *testing.T) {
	b := args(t, 1, "82a46e616d65a16ea464617461c40178")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				var f file
				assert.NoError(t, b.Bind(0, &f))
				assert.Equal(t, file{"n", []byte("x")}, f)
			}
		})
	}
	wg.Wait()
}
