// msgpack_test.go: the codec of MessagePack beside the official one.

package differential

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

// msgpackKinds are the kinds of questions; each is asked as often.
var msgpackKinds = []struct {
	name string
	make func(generator) task
}{
	{"MessagePack, read", func(g generator) task { return task{question: msgpackQuestion(g.msgpackWire())} }},
	{"MessagePack, mutated", func(g generator) task { return task{question: msgpackQuestion(g.msgpackMutated())} }},
	{"MessagePack, theirs to ours", func(g generator) task { return task{question: g.msgpackPacket("encode msgpack")} }},
	{"MessagePack, ours to theirs", func(g generator) task {
		from := g.msgpackPacket("decode msgpack")
		asGo := from
		asGo.Data.value = withTimes(from.Data.value)
		messages, err := encodeOurs(msgpack.Codec{}, asGo)
		return task{question: question{Op: "decode msgpack", Messages: messages}, from: &from, err: err}
	}},
}

func msgpackQuestion(b []byte) question {
	return question{Op: "decode msgpack", Messages: []message{binaryMessage(b)}}
}

func TestMsgpack(t *testing.T) {
	needsNode(t)
	seed, packets := number64(t, "EVERWIRE_SEED", rand.Uint64()), number64(t, "EVERWIRE_PACKETS", usualPackets)
	t.Logf("EVERWIRE_SEED=%d", seed)
	o := startOracle(t)
	results := make([]counts, len(msgpackKinds))
	rules := map[string]int{}
	failures := 0
	for first := uint64(0); first < packets; first += batch {
		var tasks []task
		var questions []question
		for n := first; n < min(first+batch, packets); n++ {
			kind := int(n) % len(msgpackKinds)
			task := msgpackKinds[kind].make(newGenerator(seed, n))
			task.kind = kind
			tasks, questions = append(tasks, task), append(questions, task.question)
		}
		for i, theirs := range o.ask(questions) {
			v := tasks[i].judgeMsgpack(theirs)
			results[tasks[i].kind].add(v)
			for _, name := range v.rules {
				rules[name]++
			}
			if v.problem != "" {
				if failures++; failures <= shown {
					t.Errorf("question %d, %s: %s", first+uint64(i), msgpackKinds[tasks[i].kind].name, v.problem)
				}
			}
		}
	}
	t.Log(msgpackTable(results, rules))
	require.Zero(t, failures, "differences that no rule explains")
	if packets >= usualPackets {
		for _, r := range msgpackRules {
			require.NotZero(t, rules[r.name], "no packet came under the rule %q: delete it, or generate such packets", r.name)
		}
	}
}

func msgpackTable(results []counts, rules map[string]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-28s %8s %8s %8s %8s %8s\n", "", "packets", "accepted", "refused", "listed", "failed")
	for i, c := range results {
		fmt.Fprintf(&b, "%-28s %8d %8d %8d %8d %8d\n", msgpackKinds[i].name, c.packets, c.accepted, c.refused, c.different, c.failed)
	}
	b.WriteString("\nlisted differences, and how often they were met\n")
	for _, r := range msgpackRules {
		fmt.Fprintf(&b, "%8d  %s: %s\n", rules[r.name], r.name, r.reason)
	}
	return b.String()
}

// judgeMsgpack compares both decoders and, of a packet that one side has encoded, what the other has read.
func (t task) judgeMsgpack(theirs answer) verdict {
	if t.err != nil {
		return verdict{problem: fmt.Sprintf("our encoder refused %+v: %v", t.from, t.err)}
	}
	messages, sent := t.question.Messages, t.from
	if t.question.Op == "encode msgpack" {
		messages, sent = theirs.Messages, &t.question
	}
	c := &msgpackComparison{
		message: *messages[0].Binary, official: t.from == nil && sent != nil,
		ours: decodeOurs(msgpack.Codec{}, messages)[0], theirs: theirs.Steps[0],
	}
	v := c.verdict()
	v = v.besides(c)
	if sent == nil || v.problem != "" {
		return v
	}
	if c.has("__proto__") {
		return v.explainMsgpack(c)
	}
	if c.theirs.refused() || c.theirs.Type != sent.Type || c.theirs.NSP != sent.NSP || c.theirs.ID != sent.ID {
		v.problem = fmt.Sprintf("sent %+v, read %s", sent, c.theirs)
	} else if want := asJSON(sent.Data.value); !equal(c.theirs.Data.value, want) {
		return v.explainMsgpack(c)
	}
	return v
}

// A msgpackComparison is one message to which the codecs gave different answers.
type msgpackComparison struct {
	message      []byte
	official     bool // the official encoder has written it
	ours, theirs *step
}

// query reports whether the one difference of the namespaces is that we have cut a query off.
func (c *msgpackComparison) query() bool {
	return !c.ours.refused() && strings.HasPrefix(c.theirs.NSP, c.ours.NSP+"?")
}

// noID reports whether the one difference of the ids is that we have taken none for 0.
func (c *msgpackComparison) noID() bool {
	return c.ours.Type == int(sio.Ack) && c.ours.ID == "0" && c.theirs.ID == ""
}

// besides adds the rules that hold whatever else differs.
func (v verdict) besides(c *msgpackComparison) verdict {
	for name, holds := range map[string]bool{queryRule: c.query(), noIDRule: c.noID()} {
		if holds && v.problem == "" && !c.theirs.refused() {
			v.rules, v.accepted = append(v.rules, name), false
		}
	}
	return v
}

func (c *msgpackComparison) verdict() (v verdict) {
	o, t := c.ours, c.theirs
	switch {
	case o.refused() && t.refused():
		return v
	case o.refused() != t.refused(), o.Type != t.Type, o.NSP != t.NSP && !c.query(), o.ID != t.ID && !c.noID(), !equal(o.Data.value, t.named()):
		return v.explainMsgpack(c)
	}
	v.accepted = true
	return v
}

func (v verdict) explainMsgpack(c *msgpackComparison) verdict {
	for _, r := range msgpackRules {
		if r.matches(c) {
			return verdict{rules: []string{r.name}}
		}
	}
	v.problem = fmt.Sprintf("%q: ours %s, theirs %s", c.message, c.ours, c.theirs)
	return v
}

// has reports whether the message holds the bytes.
func (c *msgpackComparison) has(b string) bool { return bytes.Contains(c.message, []byte(b)) }

// twice reports whether the message may have one of the names of a packet twice.
func (c *msgpackComparison) twice() bool {
	return slices.ContainsFunc([]string{"type", "nsp", "data", "id"}, func(name string) bool {
		return bytes.Count(c.message, []byte(name)) > 1
	})
}

// alone reports whether we have refused the message for the reason, and the official decoder has not.
func (c *msgpackComparison) alone(reason string) bool {
	return c.ours.refused() && strings.Contains(c.ours.Error, reason) && !c.theirs.refused()
}

// differ reports whether both have read a packet, and it differs in nothing but what is named.
func (c *msgpackComparison) differ(in string) bool {
	o, t := c.ours, c.theirs
	if o.refused() || t.refused() || o.Type != t.Type {
		return false
	}
	return (o.NSP == t.NSP || c.query()) && (o.ID == t.ID || c.noID()) && (in == "data" || equal(o.Data.value, t.named()))
}

const (
	queryRule = "query in a namespace"
	noIDRule  = "ack without id"
)

// msgpackRules are the differences on purpose.
var msgpackRules = []struct {
	name, reason string
	matches      func(*msgpackComparison) bool
}{
	{"string that is not UTF-8", "the official decoder replaces what is wrong",
		func(c *msgpackComparison) bool {
			return c.alone("not UTF-8") || c.alone("bad namespace") && strings.Contains(c.theirs.NSP, "\ufffd")
		}},
	{"name of a member that is no plain value", "an array, a map, a float, bytes, a Date or undefined become strings there that nobody can have meant",
		func(c *msgpackComparison) bool { return c.alone("name of a member") }},
	{"member of a packet twice", "the last one counts there: what one program checks another would not see",
		func(c *msgpackComparison) bool {
			return c.alone("member of a packet twice") || c.alone("") && c.twice()
		}},
	{"namespace", "any string is one there, for the server to refuse",
		func(c *msgpackComparison) bool {
			n := c.theirs.NSP
			return c.alone("bad namespace") && (!strings.HasPrefix(n, "/") || strings.Contains(n, ",") || len(n) > sio.MaxName)
		}},
	{queryRule, "as in JSON, it is cut off", func(*msgpackComparison) bool { return false }}, // see besides
	{"ack id", "any integer is one there; ours are those that JavaScript counts exactly, where there is an answer at all",
		func(c *msgpackComparison) bool {
			return c.alone("bad ack id") && (len(c.theirs.ID) >= 16 || strings.Contains(c.theirs.ID, "e") || strings.HasPrefix(c.theirs.ID, "-") || strings.Contains("014", fmt.Sprint(c.theirs.Type)))
		}},
	{"ack with an id that is undefined", "it answers nothing",
		func(c *msgpackComparison) bool { return c.alone("an ack without id") && c.theirs.ID == "" }},
	{noIDRule, "python-socketio leaves out the id 0", func(*msgpackComparison) bool { return false }},
	{"nil in place of undefined", "python-socketio sends it with a DISCONNECT",
		func(c *msgpackComparison) bool {
			return !c.ours.refused() && c.theirs.Error == "invalid payload" && c.ours.Type < int(sio.Event) && c.has("\xc0")
		}},
	{"event without a name", "the official decoder takes any array; the official emitter fails then",
		func(c *msgpackComparison) bool {
			return c.alone("payload missing") && c.theirs.Type == int(sio.Event) && len(c.theirs.Data.value.([]any)) == 0
		}},
	{"extension in place of the arguments", "an unknown one is the array [type, bytes] there",
		func(c *msgpackComparison) bool {
			list, ok := c.theirs.Data.value.([]any)
			return c.alone("payload missing") && ok && len(list) == 2 && c.theirs.Type >= int(sio.Event)
		}},
	{"event name", "any value is one there, and reserved names too",
		func(c *msgpackComparison) bool {
			name := c.theirs.Data.value
			if list, ok := name.([]any); ok && len(list) > 0 {
				name = list[0]
			}
			s, isText := name.(string)
			return (c.alone("bad event name") && (!isText || len(s) > sio.MaxName)) || c.alone("reserved event name") && sio.Reserved(s) || c.alone("bad event name") && c.has("\xd7\x00")
		}},
	{"depth above 64", "a limit of ours: deep values overflow the stacks of those who walk over them",
		func(c *msgpackComparison) bool {
			return c.alone("nested too deep") && c.has(strings.Repeat("\x91", sio.MaxDepth-4))
		}},
	{"member __proto__", "the official decoder loses it: it assigns to the prototype",
		func(c *msgpackComparison) bool { return c.has("__proto__") }},
	{"integer beyond 64 bits", "the official encoder cuts it off",
		func(c *msgpackComparison) bool {
			return c.official && (c.has("\xcf") || c.has("\xd3")) && c.differ("")
		}},
	{"member that another replaces, which is undefined", "undefined counts there; here it is as if it were not sent",
		func(c *msgpackComparison) bool { return c.differ("data") && c.has("\xd4\x00") }},
	{"integer beyond 2^53 as the name of a member", "JavaScript rounds it",
		func(c *msgpackComparison) bool { return c.differ("data") && (c.has("\xcf") || c.has("\xd3")) }},
}

// withTimes is a value with Go's times in place of dates.
func withTimes(v any) any {
	return mapValues(v, func(v any) any {
		if d, ok := v.(date); ok {
			return d.time()
		}
		return v
	})
}

// asJSON is what oracle.mjs makes of MessagePack's values.
func asJSON(v any) any {
	return mapValues(v, func(v any) any {
		switch v := v.(type) {
		case date:
			return jsDate(v.time().UTC())
		case []any:
			for i := range v {
				if v[i] == any(undefined{}) {
					v[i] = nil
				}
			}
		case map[string]any:
			for k := range v {
				if v[k] == any(undefined{}) {
					delete(v, k)
				}
			}
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil
			}
		}
		return v
	})
}

// jsDate writes a time as Date.toJSON does.
func jsDate(t time.Time) string {
	text := t.Format("-01-02T15:04:05.000Z")
	if y := t.Year(); y < 0 || y > 9999 {
		return fmt.Sprintf("%+07d", y) + text
	}
	return fmt.Sprintf("%04d", t.Year()) + text
}

// mapValues rebuilds a value from its leaves up.
func mapValues(v any, f func(any) any) any {
	switch old := v.(type) {
	case []any:
		list := slices.Clone(old)
		for i := range list {
			list[i] = mapValues(list[i], f)
		}
		return f(list)
	case map[string]any:
		object := map[string]any{}
		for k, e := range old {
			object[k] = mapValues(e, f)
		}
		return f(object)
	}
	return f(v)
}
