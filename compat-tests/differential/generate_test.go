// generate_test.go: questions as applications would ask them: values, packets, and their wire forms.

package differential

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/everwire/everwire/namespace/sio"
)

// A generator makes one question. Each has a seed of its own, so that each can be repeated alone.
type generator struct{ *rand.Rand }

func newGenerator(seed, n uint64) generator { return generator{rand.New(rand.NewPCG(seed, n))} }

// chance is true once in n.
func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

var (
	someStrings = []string{
		"", "a", "hello world", "é", "日本語", "👍🏽", "\x00", "\n\t\"\\/", "<&>", "\u2028\u2029", "\ufeff", "\ufffd", "\x7f",
		"__proto__", "constructor", "toString", "hasOwnProperty", "toJSON", "length", "_placeholder", "num", "1", "true", "null",
	}
	someNames   = []string{"message", "chat", "", "é", "a b", "__proto__", "error", "ping", "42", "x,y", `q"uote\`, "日本"}
	someSpaces  = []string{"/", "/admin", "/a/b", "/é", "/with space", "/1", "/-", "/[", "/👍"}
	someNumbers = []float64{
		0, 1, -1, 0.5, -15, 1e21, 1e-7, 123456789, math.MaxFloat64, math.SmallestNonzeroFloat64,
		sio.MaxID, sio.MaxID + 1, -sio.MaxID, 1 << 31, 0.1, 1.7976931348623157e300,
	}
)

// value makes a value with at most that many levels. Binary data appears if there is room in blobs.
func (g generator) value(levels int, blobs *int) any {
	kinds := 7
	if levels == 0 {
		kinds = 5
	}
	switch g.IntN(kinds) {
	case 0:
		return pick(g, []any{nil, true, false})
	case 1:
		if g.chance(2) {
			return float64(g.IntN(1000) - 500)
		}
		return pick(g, someNumbers)
	case 2, 3:
		return g.text()
	case 4:
		if *blobs > 0 {
			*blobs--
			return g.bytes()
		}
		return float64(g.IntN(100))
	case 5:
		list := []any{}
		for range g.IntN(4) {
			list = append(list, g.value(levels-1, blobs))
		}
		return list
	}
	object := map[string]any{}
	for range g.IntN(4) {
		name := g.text()
		if name != "_placeholder" { // the protocol cannot tell such objects from binary data
			object[name] = g.value(levels-1, blobs)
		}
	}
	return object
}

func (g generator) text() string {
	if g.chance(4) {
		return strings.Repeat(pick(g, someStrings), g.IntN(6))
	}
	return pick(g, someStrings)
}

func (g generator) bytes() []byte {
	b := make([]byte, g.IntN(8))
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

func (g generator) name() string {
	name := pick(g, someNames)
	if g.chance(20) {
		name = strings.Repeat("n", sio.MaxName-1+g.IntN(2))
	}
	return name
}

func (g generator) namespace() string {
	if g.chance(2) {
		return "/"
	}
	if g.chance(20) {
		return "/" + strings.Repeat("n", sio.MaxName-2+g.IntN(2))
	}
	return pick(g, someSpaces)
}

func (g generator) id() string {
	return pick(g, []string{"0", "1", "12", strconv.Itoa(g.IntN(1 << 30)), strconv.FormatUint(sio.MaxID, 10), strconv.FormatUint(sio.MaxID-1, 10)})
}

// packet makes a packet for an encoder.
func (g generator) packet() question {
	q := question{Op: "encode", Type: g.IntN(5), NSP: g.namespace()}
	blobs := g.IntN(4) * g.IntN(4)
	q.Data.value = undefined{}
	switch sio.Type(q.Type) {
	case sio.Connect:
		if g.chance(2) {
			q.Data.value = g.object()
		}
	case sio.ConnectError:
		q.Data.value = pick(g, []any{g.text(), g.object()})
	case sio.Event, sio.Ack:
		args := []any{}
		if sio.Type(q.Type) == sio.Event {
			args = append(args, g.name())
		}
		for range g.IntN(4) {
			args = append(args, g.value(g.IntN(5), &blobs))
		}
		if g.chance(30) {
			args = append(args, map[string]any{"__proto__": g.value(2, &blobs), "b": g.bytes()})
		}
		q.Data.value = args
		if sio.Type(q.Type) == sio.Ack || g.chance(2) {
			q.ID = g.id()
		}
	}
	return q
}

// object makes an object without binary data.
func (g generator) object() any {
	blobs := 0
	return map[string]any{"message": g.text(), "data": g.value(2, &blobs)}
}

// wire makes the messages of one packet, in all the spellings that JSON allows and some that the grammar does not.
func (g generator) wire() []message {
	typ := pick(g, []byte("0123456222225555"))
	attachments := 0
	head := string(typ)
	if typ == '5' || typ == '6' {
		attachments = 1 + g.IntN(3)
		if g.chance(10) {
			attachments = 9 + g.IntN(3)
		}
		count := strconv.Itoa(attachments)
		if g.chance(30) {
			count = fmt.Sprintf(pick(g, []string{"0%s", "+%s", " %s", "%s ", "%s.0", "%se0", "0x%s", "-%s", "%s0"}), count)
		}
		head += count + "-"
	}
	if g.chance(2) {
		head += g.namespace()
		if g.chance(12) {
			head += "?token=1"
		}
		head += ","
	}
	if typ == '3' || typ == '6' || g.chance(3) && typ != '1' || g.chance(15) {
		head += g.id()
	}
	j := jsonWriter{g: g, attachments: attachments}
	j.payload(typ)
	messages := []message{textMessage([]byte(head + j.String()))}
	if g.chance(8) {
		attachments += pick(g, []int{-1, -1, 1})
	}
	for range attachments {
		messages = append(messages, binaryMessage(g.bytes()))
	}
	return messages
}

// A jsonWriter writes random JSON, with placeholders.
type jsonWriter struct {
	strings.Builder
	g           generator
	attachments int
}

func (j *jsonWriter) payload(typ byte) {
	switch {
	case typ == '0' && j.g.chance(2), typ == '1', j.g.chance(60):
	case typ == '0', typ == '4' && j.g.chance(2):
		j.object(3)
	case typ == '4':
		j.string(j.g.text())
	default:
		j.WriteByte('[')
		if typ == '2' || typ == '5' {
			j.eventName()
		}
		for i := range j.g.IntN(4) {
			if i > 0 || typ == '2' || typ == '5' {
				j.WriteByte(',')
			}
			j.value(j.g.IntN(5))
		}
		j.WriteByte(']')
	}
}

func (j *jsonWriter) eventName() {
	switch {
	case j.g.chance(20):
		j.WriteString(pick(j.g, []string{"0", "-15", "9007199254740991", "1.5", "1e3", "-0", "9007199254740993", "1e999"}))
	case j.g.chance(20):
		j.string(strings.Repeat(pick(j.g, []string{"n", "é", "\x01", "👍"}), 60+j.g.IntN(300)))
	default:
		j.string(j.g.name())
	}
}

func (j *jsonWriter) space() {
	if j.g.chance(12) {
		j.WriteString(pick(j.g, []string{" ", "\n", "\t", "\r", "  "}))
	}
}

func (j *jsonWriter) value(levels int) {
	j.space()
	switch n := j.g.IntN(12); {
	case j.g.chance(200):
		deep := sio.MaxDepth - 2 + j.g.IntN(4)
		j.WriteString(strings.Repeat("[", deep) + strings.Repeat("]", deep))
	case j.g.chance(150):
		j.WriteString(pick(j.g, []string{`{"a":1e400,"a":0}`, `{"a":{"_placeholder":true},"a":0}`, `{"a":1,"\u0061":2}`}))
	case n == 0 && j.attachments > 0 || n == 1 && j.g.chance(10):
		j.placeholder()
	case n < 3:
		j.WriteString(pick(j.g, []string{"null", "true", "false", "0", "-0", "1.0", "1E5", "-1.5e-3", "1e400", "1e-400", "12345678901234567890"}))
	case n < 6:
		j.string(j.g.text())
	case n < 8:
		blobs := 0
		b, _ := json.Marshal(j.g.value(2, &blobs))
		j.Write(b)
	case n < 10 && levels > 0:
		j.object(levels - 1)
	case n < 12 && levels > 0:
		j.list(levels - 1)
	default:
		j.WriteString(strconv.Itoa(j.g.IntN(100)))
	}
	j.space()
}

func (j *jsonWriter) list(levels int) {
	j.WriteByte('[')
	for i := range j.g.IntN(4) {
		if i > 0 {
			j.WriteByte(',')
		}
		j.value(levels)
	}
	j.WriteByte(']')
}

func (j *jsonWriter) object(levels int) {
	j.WriteByte('{')
	for i := range j.g.IntN(4) {
		if i > 0 {
			j.WriteByte(',')
		}
		j.space()
		j.string(j.g.text())
		j.space()
		j.WriteByte(':')
		j.value(levels)
	}
	j.WriteByte('}')
}

func (j *jsonWriter) placeholder() {
	num := strconv.Itoa(j.g.IntN(max(1, j.attachments)))
	if j.g.chance(8) {
		num = pick(j.g, []string{"-1", "1.5", "0.0", "-0", "null", `"0"`, "1e309", "99", "0e0", `"splice"`})
	}
	format := pick(j.g, []string{
		`{"_placeholder":true,"num":%s}`, `{"num":%s,"_placeholder":true}`, `{"_placeholder":true,"num":%s,"x":[1]}`,
		`{"\u005fplaceholder":true,"num":%s}`, `{"_placeholder":false,"num":%s}`, `{ "_placeholder" : true , "num" : %s }`,
		`{"_placeholder":true,"num":%s,"x":{"_placeholder":true,"num":9}}`, `{"_placeholder":1,"num":%s}`, `{"_placeholder":true,"num":7,"num":%s}`,
	})
	fmt.Fprintf(j, format, num)
}

// string writes a string, some of its characters as escapes.
func (j *jsonWriter) string(s string) {
	if j.g.chance(150) {
		j.WriteString(pick(j.g, []string{`"\ud800"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"x\udfffy"`}))
		return
	}
	b, _ := json.Marshal(s)
	text := string(b)
	if j.g.chance(6) {
		var escaped strings.Builder
		for _, r := range text[1 : len(text)-1] {
			if r > ' ' && r < 0xd800 && r != '\\' && r != '"' && j.g.chance(3) && !strings.Contains(text, `\`) {
				fmt.Fprintf(&escaped, `\u%04x`, r)
			} else {
				escaped.WriteRune(r)
			}
		}
		text = `"` + escaped.String() + `"`
	}
	j.WriteString(text)
}
