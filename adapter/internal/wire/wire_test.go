// wire_test.go: values in both forms, and what is refused.

package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/internal/wire"
)

func event(t *testing.T, args ...any) wire.Args {
	t.Helper()
	a, err := wire.Event("ev", args)
	require.NoError(t, err)
	return a
}

func TestBothForms(t *testing.T) {
	many := make([]string, 20)
	for i := range many {
		many[i] = strings.Repeat("x", i*20)
	}
	long := strings.Repeat("ü", 40_000)
	for name, c := range map[string]struct{ in, want any }{
		"map": {
			wire.Map{{"a", 1}, {"gone", wire.Nothing{}}, {"b", wire.List{nil, true, false, "x"}}, {"c", wire.Map{}}},
			map[string]any{"a": int64(1), "b": []any{nil, true, false, "x"}, "c": map[string]any{}},
		},
		"strings": {wire.Map{{"s", many}, {"none", []string(nil)}, {"long", long}}, map[string]any{
			"s": func() (l []any) {
				for _, s := range many {
					l = append(l, s)
				}
				return l
			}(), "none": []any{}, "long": long,
		}},
		"integers": {
			wire.Map{{"n", event(t, 0, 127, 128, 255, 256, 65535, 65536, math.MaxInt32, int64(math.MaxInt64), -1, -32, -33, -128, -129, -32768, -32769, int64(math.MinInt32-1), int64(math.MinInt64))}},
			map[string]any{"n": []any{
				"ev", int64(0), int64(127), int64(128), int64(255), int64(256), int64(65535), int64(65536), int64(math.MaxInt32), int64(math.MaxInt64),
				int64(-1), int64(-32), int64(-33), int64(-128), int64(-129), int64(-32768), int64(-32769), int64(math.MinInt32 - 1), int64(math.MinInt64),
			}},
		},
		"event": {
			wire.Map{{"e", event(t, `quo"te\`, 1.5, map[string]any{"k\n": []any{nil, true}}, json.RawMessage(`{"_placeholder":true,"num":0}`))}},
			map[string]any{"e": []any{
				"ev", `quo"te\`, 1.5, map[string]any{"k\n": []any{nil, true}}, map[string]any{"_placeholder": true, "num": int64(0)},
			}},
		},
		"other": {
			wire.Map{{"s", []struct {
				ID string `json:"id"`
			}{{"x<y"}}}},
			map[string]any{"s": []any{map[string]any{"id": "x<y"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.False(t, wire.HasBinary(c.in))
			text, err := wire.AppendJSON(nil, c.in)
			require.NoError(t, err)
			require.True(t, json.Valid(text), "%s", text)
			got, err := wire.Parse(text)
			require.NoError(t, err)
			require.Equal(t, c.want, got, "JSON")

			packed, err := wire.AppendMsgpack(nil, c.in)
			require.NoError(t, err)
			got, err = wire.Parse(packed)
			require.NoError(t, err)
			require.Equal(t, c.want, got, "MessagePack")
		})
	}
}

func TestBinary(t *testing.T) {
	in := wire.Map{{"e", event(t, []byte{0, 255}, map[string]any{"deep": []any{[]byte{}, make([]byte, 300)}}, make([]byte, 70_000))}}
	require.True(t, wire.HasBinary(in))
	_, err := wire.AppendJSON(nil, in)
	require.Error(t, err)
	b, err := wire.Append(nil, in)
	require.NoError(t, err)
	got, err := wire.Parse(b)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"e": []any{
		"ev", []byte{0, 255}, map[string]any{"deep": []any{[]byte{}, make([]byte, 300)}}, make([]byte, 70_000),
	}}, got)
}

// Clients that speak MessagePack take more binary data than JSON allows.
func TestManyAttachments(t *testing.T) {
	args, want := []any{time.UnixMilli(1000)}, []any{"ev", "1970-01-01T00:00:01.000Z"}
	for i := range 20 {
		args, want = append(args, []byte{byte(i)}), append(want, []byte{byte(i)})
	}
	b, err := wire.Append(nil, wire.Map{{Name: "e", Value: event(t, args...)}})
	require.NoError(t, err)
	got, err := wire.Parse(b)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"e": want}, got)
}

// What other encoders write, and ours does not.
func TestForeignForms(t *testing.T) {
	for text, want := range map[string]any{
		"d6ff00000001":                   "1970-01-01T00:00:01.000Z",
		"d7ff000000000000003c":           "1970-01-01T00:01:00.000Z",
		"c70cff000f42400000000000000e":   nil, // ends too early
		"c70cff000f4240000000000000000e": "1970-01-01T00:00:14.001Z",
		"d70000000000000003e8":           "1970-01-01T00:00:01.000Z",
		"92d4000001":                     []any{nil, int64(1)},
		"81a161d40000":                   map[string]any{},
		"c70200ffee":                     []byte{0xff, 0xee},
		"d40507":                         []any{int64(5), []byte{7}},
		"ca3fc00000":                     1.5,
		"cb7ff8000000000000":             nil,
		"cfffffffffffffffff":             uint64(math.MaxUint64),
		"8101a178":                       map[string]any{"1": "x"},
		"d9017a":                         "z",
		"dc0001c3":                       []any{true},
		"dd00000001c2":                   []any{false},
		"de0001a161c0":                   map[string]any{"a": nil},
		"df00000001a161c0":               map[string]any{"a": nil},
	} {
		b, err := hex.DecodeString(text)
		require.NoError(t, err)
		got, err := wire.ParseMsgpack(b)
		if text == "c70cff000f42400000000000000e" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestRefused(t *testing.T) {
	deep := func(n int, open, end string) string { return strings.Repeat(open, n) + end }
	for name, text := range map[string]string{
		"nothing":             "",
		"two values":          "\x01\x02",
		"list of 4 G":         "\xdd\xff\xff\xff\xff",
		"map of 4 G":          "\xdf\xff\xff\xff\xff",
		"string of 4 G":       "\xdb\xff\xff\xff\xffx",
		"bin of 4 G":          "\xc6\xff\xff\xff\xffx",
		"extension of 4 G":    "\xc9\xff\xff\xff\xff\x00x",
		"unused byte":         "\xc1",
		"deep list":           deep(100_000, "\x91", "\xc0"),
		"deep map":            deep(100_000, "\x81\xa1a", "\xc0"),
		"deep name":           deep(100_000, "\x81", "\xc0"),
		"too many values":     "\xdd\x00\x20\x00\x00" + strings.Repeat("\xc0", 2<<20),
		"no UTF-8":            "\xa1\xff",
		"a list for a name":   "\x81\x90\xc0",
		"pickle":              "\x80\x04\x95\x00",
		"JSON, deep":          deep(100_000, `{"a":`, "1"),
		"JSON, deep list":     `{"a":` + deep(100_000, "[", "]"),
		"JSON, many values":   `{"a":[` + strings.Repeat("0,", 2<<20) + `0]}`,
		"JSON, two values":    `{}{}`,
		"JSON, ends early":    `{"a":"`,
		"JSON, ends in quote": `{"a":"\`,
	} {
		v, err := wire.Parse([]byte(text))
		require.Error(t, err, "%s: %.100v", name, v)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}]}`, "\x93\xa1a\x82\xa4type\x02\xa1b\xc4\x01\x00\x80", "\xd7\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := wire.Parse(b)
		if err != nil {
			return
		}
		if _, err := json.Marshal(v); err != nil {
			t.Errorf("%x was read as %v, which has no JSON: %v", b, v, err)
		}
	})
}
