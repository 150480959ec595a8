// fast_test.go: the fast package writes and reads what the JSON package does.

package sio

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type color string

type inner struct {
	X, Y  int16
	Label *string `json:"label,omitempty"`
}

// regular has a field of each kind that the fast package is trusted with.
type regular struct {
	B   bool              `json:"b"`
	I   int               `json:"i"`
	I8  int8              `json:"i8"`
	I64 int64             `json:"i64,omitempty"`
	U   uint              `json:"u"`
	U8  uint8             `json:"u8"`
	U64 uint64            `json:"u64"`
	F32 float32           `json:"f32"`
	F   float64           `json:"f"`
	S   string            `json:"s,omitempty"`
	C   color             `json:"c"`
	P   *inner            `json:"p"`
	L   []inner           `json:"l"`
	T   []string          `json:"t,omitempty"`
	T2  []string          `json:"t2"`
	M   map[string]int    `json:"m"`
	MM  map[color][]inner `json:"mm,omitempty"`
	N   inner
	No  string `json:"-"`
	_   string
}

type tree struct{ Children []*tree }

func TestWhichTypesAreFast(t *testing.T) {
	type embedding struct{ inner }
	type quoted struct {
		N int `json:",string"`
	}
	type zero struct {
		N inner `json:"n,omitzero"`
	}
	type twice struct {
		A int `json:"a"`
		B int `json:"A"`
	}
	for _, v := range []any{true, 1, 1.5, "", color(""), []int{}, map[string]bool{}, inner{}, &inner{}, regular{}, struct{}{}} {
		assert.Zero(t, traitsOf(reflect.TypeOf(v)), "%T", v)
	}
	for _, v := range []any{
		embedding{}, quoted{}, zero{}, twice{}, tree{}, [2]int{}, map[int]string{}, time.Time{}, time.Second, complex(1, 1),
		ptr(ptr(1)), uintptr(1), json.RawMessage{}, []time.Duration{}, struct{ V json.RawMessage }{}, make(chan int), func() {},
	} {
		assert.NotZero(t, traitsOf(reflect.TypeOf(v))&special, "%T", v)
	}
}

func ptr[T any](v T) *T { return &v }

// checkFast binds text to a T with both packages, and encodes what came out.
func checkFast[T any](t *testing.T, text string) {
	t.Helper()
	require.Zero(t, traitsOf(reflect.TypeFor[T]()))
	var got, want T
	scan := scanner{b: []byte(text)}
	require.True(t, scan.value(MaxDepth))
	gotErr := bind([]byte(text), &got, scan.long)
	wantErr := jsonv2.Unmarshal([]byte(text), &want, bindOptions)
	require.Equal(t, wantErr == nil, gotErr == nil, "%s into %T: %v, but %v", text, got, gotErr, wantErr)
	if wantErr != nil {
		return
	}
	require.Equal(t, want, got, text)
	gotText, err := appendFast([]byte("x"), &got)
	require.NoError(t, err)
	wantText, err := jsonv2.Marshal(&want, plainOptions)
	require.NoError(t, err)
	require.Equal(t, sameText(t, wantText), sameText(t, gotText[1:]))
}

// sameText removes the one difference that is allowed: how a string is escaped.
func sameText(t *testing.T, text []byte) string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v), "%s", text)
	normal, err := json.Marshal(v)
	require.NoError(t, err)
	return string(normal)
}

var fastTexts = []string{
	`null`, `true`, `0`, `-0`, `1.0`, `1e2`, `127`, `128`, `-129`, `256`, `1e400`, `9223372036854775807`, `9223372036854775808`,
	`18446744073709551616`, `"a"`, `"\ud800\u2028<&>\u0000\/"`, `[]`, `[null]`, `{}`, ` { } `,
	`{"b":true,"i":-5,"i8":127,"i64":9007199254740993,"u":7,"u8":255,"u64":18446744073709551615,"f32":1.1,"f":-1e-7,"s":"é","c":"red"}`,
	`{"p":{"X":1,"y":2,"label":"l"},"l":[{"X":3},{}],"t":["a","b","c"],"t2":[],"m":{"k":1,"":2},"mm":{"red":[{"Y":1}]},"N":{"x":9}}`,
	`{"p":null,"l":null,"t":null,"m":null,"s":null,"N":null,"unknown":{"a":[1,{"b":2}]},"i":1,"i":2,"I":3}`,
	`{"i":1.5}`, `{"i":"1"}`, `{"i8":300}`, `{"u":-1}`, `{"f32":1e39}`, `{"s":1}`, `{"b":1}`, `{"l":{}}`, `{"m":[]}`, `{"p":[]}`, `{"t":[1]}`,
	`{"\u0069":4,"\u0054":["x"],"t2\u0000":1}`, `{"No":"n","no":"n"}`, `{"f":123456789012345680000,"f32":0.000001}`, `{"f":1e21}`,
	`{"averylongnameofmorethansixteenbytes":1,"N":{"X":32767,"Y":-32768}}`, `{"N":{"X":32768}}`,
	`{"\u017f":"long s","\u212a":1,"mm":{"\u212a":[]},"I8":3,"T2":["é"],"É":1}`, `{"u":20700000000000000000}`, `{"i":36893488147419103237}`,
}

func TestFastAsTheJSONPackage(t *testing.T) {
	for _, text := range fastTexts {
		checkFast[regular](t, text)
		checkFast[inner](t, text)
		checkFast[bool](t, text)
		checkFast[int8](t, text)
		checkFast[int](t, text)
		checkFast[uint64](t, text)
		checkFast[float32](t, text)
		checkFast[float64](t, text)
		checkFast[color](t, text)
		checkFast[[]string](t, text)
		checkFast[[]int](t, text)
		checkFast[map[string]float64](t, text)
		checkFast[*inner](t, text)
	}
}

func TestFastRefuses(t *testing.T) {
	for _, v := range []any{math.NaN(), math.Inf(1), []float64{math.Inf(-1)}} {
		_, err := JSON{}.Encode(nil, Header{Type: Event, Namespace: "/", Event: "e"}, v)
		assert.Error(t, err, "%v", v)
	}
	body := &body{args: []byte(`1`), n: 1}
	assert.Error(t, body.Bind(0, 1), "not a pointer")
	assert.Error(t, body.Bind(0, (*int)(nil)))
}

func FuzzFast(f *testing.F) {
	for _, text := range fastTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if valid, stricter := Scan([]byte(text)); !valid || stricter {
			return
		}
		text = string(trim([]byte(text)))
		checkFast[regular](t, text)
		checkFast[[]inner](t, text)
		checkFast[map[color][]inner](t, text)
		checkFast[[]float64](t, text)
	})
}
