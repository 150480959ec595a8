// bind_test.go: bodies into Go values.

package sio_test

import (
	"encoding/json"
	"net"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace/sio"
)

const slot0 = `{"_placeholder":true,"num":0}`
const slot1 = `{"_placeholder":true,"num":1}`

func ptr[T any](v T) *T { return &v }

func TestBindPlain(t *testing.T) {
	b := decode(t, `2["e","a\u00e9",2,{"NAME":"n","data":"AQI="},[1,{"x":null}],true]`).Body
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
	assert.Equal(t, file{"n", []byte{1, 2}}, f, "names match as in encoding/json, and base64 fills a []byte")
	assert.Equal(t, []any{1.0, map[string]any{"x": nil}}, list)
	assert.True(t, yes)

	require.NoError(t, b.Bind(1, &n))
	untouched := "as before"
	require.NoError(t, b.Bind(4, &yes, &untouched))
	require.NoError(t, b.Bind(9, &untouched))
	require.NoError(t, b.Bind(-1, &untouched, &s))
	assert.Equal(t, "as before", untouched)
	assert.Equal(t, "aé", s)
	require.NoError(t, b.Bind(0))
}

func TestBindLikeEncodingJSON(t *testing.T) {
	for _, text := range []string{
		`null`, `true`, `false`, `0`, `-1.5e3`, `"x"`, `""`, `"\ud800\n\ud83d\ude00"`, `[]`, `{}`, `[[],{},null]`,
		` { "a" : [ 1 , { "b" : "c" } ] , "a" : 2 , "\u0061b" : [ true ] } `, `{"_placeholder":true,"num":0}`,
	} {
		b := decode(t, `37[`+text+`]`).Body
		var want, got any
		require.NoError(t, json.Unmarshal([]byte(text), &want))
		require.NoError(t, b.Bind(0, &got))
		assert.Equal(t, want, got, text)
	}
	b := decode(t, `37[{"name":"n"}]`).Body
	held := any(&file{Data: []byte("kept")})
	require.NoError(t, b.Bind(0, &held))
	assert.Equal(t, any(&file{"n", []byte("kept")}), held, "a pointer in an any is filled")
}

func TestBindRaw(t *testing.T) {
	b := decode(t, "2[\"e\", {\"a\": 1} ,\t2 ]").Body
	var raw json.RawMessage
	var value jsontext.Value
	require.NoError(t, b.Bind(0, &raw, &value))
	assert.Equal(t, `{"a": 1}`, string(raw))
	assert.Equal(t, `2`, string(value))
	clear(raw)
	require.NoError(t, b.Bind(0, &raw))
	assert.Equal(t, `{"a": 1}`, string(raw), "a copy")

	b = decode(t, `51-["e",`+slot0+`]`, "x").Body
	require.NoError(t, b.Bind(0, &raw))
	assert.Equal(t, slot0, string(raw))
}

func TestBindNumber(t *testing.T) {
	type numbers struct {
		N json.Number
		M map[string]json.Number
	}
	const text = `{"N":1.50,"M":{"a":12345678901234567890,"b":"2"}}`
	want := numbers{"1.50", map[string]json.Number{"a": "12345678901234567890", "b": "2"}}
	var n numbers
	require.NoError(t, decode(t, `2["e",`+text+`]`).Body.Bind(0, &n))
	assert.Equal(t, want, n)
	n = numbers{}
	require.NoError(t, decode(t, `51-["e",`+text+`]`, "x").Body.Bind(0, &n))
	assert.Equal(t, want, n)
}

func TestBindBinary(t *testing.T) {
	type upload struct {
		Files map[string][]file
		Ptr   *[]byte
		Any   any
		Named blob
		IP    net.IP
		Text  []byte
	}
	const text = `{"Files":{"f":[{"name":"n","data":` + slot1 + `}]},"Ptr":` + slot0 + `,"Any":[{"x":` + slot0 + `}],` +
		`"Named":` + slot1 + `,"IP":"1.2.3.4","Text":"AQI="}`
	b := decode(t, `52-["e",`+text+`]`, "zero", "one").Body
	var up upload
	require.NoError(t, b.Bind(0, &up))
	assert.Equal(t, upload{
		Files: map[string][]file{"f": {{"n", []byte("one")}}},
		Ptr:   ptr([]byte("zero")),
		Any:   []any{map[string]any{"x": []byte("zero")}},
		Named: blob("one"),
		IP:    net.ParseIP("1.2.3.4"),
		Text:  []byte{1, 2},
	}, up)

	var v any
	require.NoError(t, b.Bind(0, &v))
	assert.Equal(t, []byte("one"), v.(map[string]any)["Named"])
	var m map[string]any
	require.NoError(t, b.Bind(0, &m))
	assert.Equal(t, v, any(m))
	held := any(new(upload))
	require.NoError(t, b.Bind(0, &held))
	assert.Equal(t, any(&up), held)
	var named blob
	require.NoError(t, decode(t, `51-["e",`+slot0+`]`, "x").Body.Bind(0, &named))
	assert.Equal(t, blob("x"), named)
}

func TestBindErrors(t *testing.T) {
	plain := decode(t, `2["e","ok","text",1e999]`).Body
	binary := decode(t, `51-["e","ok",{"a":1},1e999,`+slot0+`,[{"n":1e999}]]`, "x").Body
	for name, test := range map[string]struct {
		body  sio.Body
		first int
		dst   []any
		index int
	}{
		"string into int":           {plain, 0, []any{new(string), new(int)}, 1},
		"large number into any":     {plain, 2, []any{new(any)}, 2},
		"large number into float":   {plain, 2, []any{new(float64)}, 2},
		"not a pointer":             {plain, 0, []any{""}, 0},
		"nil":                       {plain, 0, []any{nil}, 0},
		"nil *string":               {plain, 0, []any{(*string)(nil)}, 0},
		"nil *any":                  {plain, 0, []any{(*any)(nil)}, 0},
		"nil *RawMessage":           {plain, 0, []any{(*json.RawMessage)(nil)}, 0},
		"object into bytes":         {binary, 0, []any{new(string), new([]byte)}, 1},
		"attachment into string":    {binary, 3, []any{new(string)}, 3},
		"attachment into int":       {binary, 3, []any{new(int)}, 3},
		"binary, large into any":    {binary, 2, []any{new(any)}, 2},
		"binary, nested large":      {binary, 4, []any{new(any)}, 4},
		"own text form":             {binary, 3, []any{new(net.IP)}, 3},
		"binary, text as number":    {binary, 0, []any{new(json.Number)}, 0},
		"binary, nil":               {binary, 0, []any{nil}, 0},
		"binary, string as pointer": {binary, 0, []any{""}, 0},
	} {
		err := test.body.Bind(test.first, test.dst...)
		var e *sio.BindError
		if assert.ErrorAs(t, err, &e, name) {
			assert.Equal(t, test.index, e.Index, name)
			assert.Error(t, e.Err)
			assert.ErrorIs(t, err, e.Err)
			assert.Contains(t, e.Error(), "argument")
		}
		if s, ok := test.dst[0].(*string); ok && test.index == test.first+1 {
			assert.Equal(t, "ok", *s, "what comes before the error is stored")
		}
	}
}

func TestBindConcurrently(t *testing.T) {
	b := decode(t, `52-["e",{"a":`+slot0+`,"b":`+slot1+`}]`, "zero", "one").Body
	other := decode(t, `51-["e",{"a":`+slot0+`}]`, "other").Body
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				var v, w any
				assert.NoError(t, b.Bind(0, &v))
				assert.NoError(t, other.Bind(0, &w))
				assert.Equal(t, map[string]any{"a": []byte("zero"), "b": []byte("one")}, v)
				assert.Equal(t, map[string]any{"a": []byte("other")}, w)
			}
		})
	}
	wg.Wait()
}

func TestAckError(t *testing.T) {
	for _, test := range []struct {
		text string
		want *sio.Error
	}{
		{`37[{"error":{"code":"c","message":"m","data":[1]}}]`, &sio.Error{Code: "c", Message: "m", Data: []any{1.0}}},
		{`37[ { "error" : {"message":""} } ]`, &sio.Error{}},
		{`37[{"error":{"code":"c"}}]`, &sio.Error{Code: "c"}},
		{`37[]`, nil},
		{`37["error"]`, nil},
		{`37[{"error":"x"}]`, nil},
		{`37[{"error":null}]`, nil},
		{`37[{"error":{}}]`, nil},
		{`37[{"error":{"message":"m","data":1e999}}]`, nil},
		{`37[{"error":{"message":1}}]`, nil},
		{`37[{"error":{"message":"m"},"ok":1}]`, nil},
		{`37[{"errors":{"message":"m"}}]`, nil},
		{`37[{"error":{"message":"m"}},1]`, nil},
		{`37[[{"error":{"message":"m"}}]]`, nil},
	} {
		assert.Equal(t, test.want, sio.AckError(decode(t, test.text).Body), test.text)
	}
	b := decode(t, `61-7[{"error":{"message":"m","data":`+slot0+`}}]`, "x").Body
	assert.Equal(t, &sio.Error{Message: "m", Data: []byte("x")}, sio.AckError(b))
	assert.Nil(t, sio.AckError(nil))
}

func TestErrorText(t *testing.T) {
	assert.Equal(t, "m", (&sio.Error{Message: "m"}).Error())
	assert.Equal(t, "c", (&sio.Error{Code: "c"}).Error())
	assert.Equal(t, "c: m", (&sio.Error{Code: "c", Message: "m"}).Error())
}
