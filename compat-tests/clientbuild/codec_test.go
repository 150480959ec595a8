// codec_test.go: the codecs of the client, in an engine that runs JavaScript in Go.

package main

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script returns an engine in which the members of a source are global.
func script(t *testing.T, source, more string) *goja.Runtime {
	dir, err := filepath.Abs(client + "/src")
	require.NoError(t, err)
	r := api.Build(api.BuildOptions{
		AbsWorkingDir: dir,
		Stdin:         &api.StdinOptions{Contents: `import * as all from "./` + source + `"; Object.assign(root_, all);` + more, ResolveDir: dir},
		Bundle:        true, Format: api.FormatIIFE, Target: api.ES5, LogLevel: api.LogLevelSilent,
		Plugins: []api.Plugin{noConst},
		Alias:   map[string]string{"codec": "./sio.js"},
		Define:  map[string]string{"NODE": "false", "DEBUG": "false"},
	})
	require.Empty(t, r.Errors)
	vm := goja.New()
	require.NoError(t, vm.Set("root_", vm.GlobalObject()))
	require.NoError(t, vm.Set("btoa", btoa))
	require.NoError(t, vm.Set("atob", atob))
	_, err = vm.RunString(string(r.OutputFiles[0].Contents))
	require.NoError(t, err)
	return vm
}

// btoa and atob are those of every browser that has typed arrays: text whose characters are bytes, and base64.
func btoa(text string) string {
	var b []byte
	for _, r := range text {
		b = append(b, byte(r))
	}
	return base64.StdEncoding.EncodeToString(b)
}

func atob(text string) (string, error) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	var r []rune
	for _, c := range b {
		r = append(r, rune(c))
	}
	return string(r), err
}

// evaluates asserts what expressions come to, as JSON.
func evaluates(t *testing.T, vm *goja.Runtime, want map[string]string) {
	for expression, json := range want {
		v, err := vm.RunString("JSON.stringify(" + expression + ")")
		if assert.NoError(t, err, expression) {
			assert.Equal(t, json, v.String(), expression)
		}
	}
}

// helpers are functions of the tests: bytes as hex, and an expression that throws.
const helpers = `
	root_.hex = function (b) { return [].map.call(new Uint8Array(b), function (x) { return (x < 16 ? "0" : "") + x.toString(16); }).join(""); };
	root_.unhex = function (s) { return new Uint8Array((s.match(/../g) || []).map(function (x) { return parseInt(x, 16); })).buffer; };
	root_.fails = function (f) { try { f(); return false; } catch (err) { return true; } };
	root_.decoded = function (D) { var d = new D(), got = []; d.on("decoded", function (p) { got.push(p); });
		[].slice.call(arguments, 1).forEach(function (x) { d.add(x); }); return got; };
`

func TestPackets(t *testing.T) {
	evaluates(t, script(t, "sio.js", helpers), map[string]string{
		`new Encoder().encode({type: 2, nsp: "/", data: ["a", 1]})`:                                      `["2[\"a\",1]"]`,
		`new Encoder().encode({type: 2, nsp: "/x", id: 7, data: ["a"]})`:                                 `["2/x,7[\"a\"]"]`,
		`new Encoder().encode({type: 0, nsp: "/"})`:                                                      `["0"]`,
		`new Encoder().encode({type: 3, nsp: "/", id: 1, data: [{b: unhex("ff")}]})[0]`:                  `"61-1[{\"b\":{\"_placeholder\":true,\"num\":0}}]"`,
		`new Encoder().encode({type: 2, nsp: "/", data: ["a", new Date(0)]})`:                            `["2[\"a\",\"1970-01-01T00:00:00.000Z\"]"]`,
		`decoded(Decoder, '2/x,7["a"]')`:                                                                 `[{"type":2,"nsp":"/x","id":7,"data":["a"]}]`,
		`hex(decoded(Decoder, '51-["a",{"_placeholder":true,"num":0}]', unhex("0102"))[0].data[1])`:      `"0102"`,
		`fails(function () { decoded(Decoder, '51-["a",{"_placeholder":true,"num":1}]', unhex("01")) })`: `true`,
		`fails(function () { decoded(Decoder, '51-["a"]', "2[1]") })`:                                    `true`,
		`fails(function () { decoded(Decoder, unhex("01")) })`:                                           `true`,
		`["7", "2", "2{}", "2[{}]", "20", "1[]", "4", "0[]", "2[1", "x", "21-[1]", "5[1]"].filter(function (x) { return !fails(function () { decoded(Decoder, x); }); })`: `[]`,
	})
}

func TestMessagePack(t *testing.T) {
	const round = `function (x) { return decoded(Decoder, new Encoder().encode({type: 2, nsp: "/", data: ["e", x]})[0])[0].data[1]; }`
	vm := script(t, "msgpack.js", helpers+"root_.round = "+round+";")
	evaluates(t, vm, map[string]string{
		`hex(new Encoder().encode({type: 2, nsp: "/", data: ["a", -1, 200], id: 300})[0])`: `"84a474797065` + `02a46461746193a161ffccc8a36e7370a12fa26964cd012c"`,
		`hex(new Encoder().encode({type: 0, nsp: "/"})[0])`:                                `"82a47479706500a36e7370a12f"`,
		`[0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, -1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, 0.1, 1e300, 9007199254740991].map(round)`: `[0,127,128,255,256,65535,65536,4294967295,4294967296,-1,-32,-33,-128,-129,-32768,-32769,-2147483648,-2147483649,0.1,1e+300,9007199254740991]`,
		`[null, true, false, "", "Grüße 👋", [[]], {a: {b: []}}].map(round)`:                                                                                                          `[null,true,false,"","Grüße 👋",[[]],{"a":{"b":[]}}]`,
		`[31, 32, 255, 256, 65535, 65536].map(function (n) { return round(new Array(n + 1).join("x")).length; })`:                                                                    `[31,32,255,256,65535,65536]`,
		`[15, 16, 70000].map(function (n) { return round(new Array(n)).length; })`:                                                                                                   `[15,16,70000]`,
		`[0, 255, 256, 70000].map(function (n) { return round(new Uint8Array(n)).byteLength; })`:                                                                                     `[0,255,256,70000]`,
		`[0, 1, -1, 1732300000123].map(function (n) { return +round(new Date(n)); })`:                                                                                                `[0,1,-1,1732300000123]`,
		`1 / round(-0)`:                  `null`,
		`round("\ud800x").charCodeAt(0)`: `65533`,
		// What the official client sends for CONNECT without auth: data is an extension of type 0.
		`decoded(Decoder, unhex("84a47479706500a464617461d40000a76f7074696f6e7380a36e7370a12f"))[0].nsp`:                                                                                    `"/"`,
		`["", "c1", "84", "82a47479706502a36e7370a12f", "82a47479706500a36e7370a12fc0", "dfffffffff"].filter(function (x) { return !fails(function () { decoded(Decoder, unhex(x)); }); })`: `[]`,
	})
}

func TestEngineCodec(t *testing.T) {
	evaluates(t, script(t, "eio.js", helpers), map[string]string{
		`parsePayload('0{}\x1e2probe\x1e4hi\x1ebAQI=').map(function (p) { return p.type + ":" + (p.data.byteLength || p.data); })`: `["open:{}","ping:probe","message:hi","message:2"]`,
		`parsePayload("")`:                                 `[]`,
		`parsePacket("712").type`:                          `"ack"`,
		`fails(function () { parsePacket("8"); })`:         `true`,
		`fails(function () { parsePacket(""); })`:          `true`,
		`formatPayload(["2probe", unhex("fffefd"), "4é"])`: `"2probe\u001eb//79\u001e4é"`,
	})
	evaluates(t, script(t, "binary.js", helpers), map[string]string{
		`["", "00", "0001", "000102", "ffffffff"].map(function (x) { return hex(fromBase64(toBase64(unhex(x)))); })`: `["","00","0001","000102","ffffffff"]`,
		`toBase64(new Uint8Array(unhex("00ff00")).subarray(1, 2))`:                                                   `"/w=="`,
		`["", "é", "€", "👋", "ab"].map(sizeOf)`:                                                                      `[1,3,4,5,3]`,
		`sizeOf(unhex("00010203"))`:                                                                                  `9`,
		`isBinary({buffer: unhex("00"), byteOffset: 0})`:                                                             `false`,
	})
}

func TestEventReader(t *testing.T) {
	vm := script(t, "events.js", helpers+`
		root_.events = function () { var got = [], read = eventReader(function (e) { got.push([e.type || "", e.lastEventId || "", e.data]); });
			[].forEach.call(arguments, read); return got; };`)
	evaluates(t, vm, map[string]string{
		`events("id: 1\nda", "ta: a\n", "\nevent: e\r\nid: 2\r\ndata: b\r\n\r\n")`: `[["","1","a"],["e","2","b"]]`,
		`events(":\n\ndata: x\u2028y\n\ndata: half")`:                              "[[\"\",\"\",\"x\u2028y\"]]",
	})
}

func TestAddresses(t *testing.T) {
	vm := script(t, "url.js", `root_.show = function (u, o) { var a = parseURI(u, o || {}); return [a.origin, a.hostname, a.path, a.query].join(" "); };
		root_.location = {protocol: "https:", host: "page.example:8443"};`)
	evaluates(t, vm, map[string]string{
		`show("http://a.example/chat?x=1&y=%20")`:   `"://a.example:80 a.example /chat x=1&y=%20"`,
		`show("wss://[::1]:81")`:                    `"s://[::1]:81 [::1] / "`,
		`show("a.example:3000")`:                    `"s://a.example:3000 a.example / "`,
		`show("/chat")`:                             `"s://page.example:8443 page.example /chat "`,
		`show("//b.example")`:                       `"s://b.example:443 b.example / "`,
		`show()`:                                    `"s://page.example:8443 page.example / "`,
		`show(null, {hostname: "c", port: 5})`:      `"://c:5 c / "`,
		`show("http://user:word@d.example:90/x#y")`: `"://d.example:90 d.example /x "`,
		`show(null, {hostname: "c", secure: true})`: `"s://c:443 c / "`,
		`encodeQuery({a: "b c", d: 1})`:             `"&a=b%20c&d=1"`,
		`encodeQuery("a=b%20c&d")`:                  `"&a=b%20c&d"`,
	})
}

func TestBackoff(t *testing.T) {
	vm := script(t, "env.js", `root_.range = function (attempt) { var all = []; for (var i = 0; i < 500; i++) all.push(backoff(100, 1000, attempt, 0.5));
		return [Math.min.apply(null, all) >= Math.min(100 * Math.pow(2, attempt), 1000) / 2, Math.max.apply(null, all) <= Math.min(150 * Math.pow(2, attempt), 1000)]; };`)
	evaluates(t, vm, map[string]string{
		`[0, 1, 3, 10, 2000].map(range)`: `[[true,true],[true,true],[true,true],[true,true],[true,true]]`,
		`backoff(100, 1000, 2, 0)`:       `400`,
	})
}
