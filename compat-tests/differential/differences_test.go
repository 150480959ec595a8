// differences_test.go: where our codecs differ from the official ones on purpose. Each rule matches as little as it can.

package differential

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/everwire/everwire/namespace/sio"
)

// A comparison is one message to which the codecs gave different answers. A nil step waits for attachments.
type comparison struct {
	ours, theirs *step
	answer       answer
	rest         []*step // theirs and what follows it
	text         string  // of the packet that the message belongs to
}

// A rule is a difference on purpose.
type rule struct {
	name    string
	reason  string
	matches func(*comparison) bool
}

// refusals are for packets that we refuse and the official decoder takes.
var refusals = []rule{
	{"blank type", "Number(\"\") and Number(\" \") are 0 in JavaScript, so that nothing at all is a CONNECT",
		func(c *comparison) bool {
			return c.refusedFor("empty", "unknown type") && (c.text == "" || startsBlank(c.text))
		}},
	{"count of attachments not in plain digits", "any spelling of a number counts there (01, 1e0, +1, 0x1); no encoder writes them, and they got attackers past checks before",
		func(c *comparison) bool {
			return c.refusedFor("bad number of attachments", "too many attachments") && !plainCount.MatchString(splitHead(c.text).count)
		}},
	{"blanks in front of the payload", "blanks count as digits of an ack id there: 0 or NaN",
		func(c *comparison) bool {
			return c.refusedFor("payload missing", "an ack without id") && hasBlank(splitHead(c.text).id)
		}},
	{"ack id beyond 2^53-1", "JavaScript cannot count that far: the answer would carry another id",
		func(c *comparison) bool {
			id := splitHead(c.text).id
			return c.refusedFor("bad ack id") && (len(id) > 16 || len(id) == 16 && id > "9007199254740991")
		}},
	{"ack id where there is no ack", "CONNECT, DISCONNECT and CONNECT_ERROR have no answer",
		func(c *comparison) bool {
			h := splitHead(c.text)
			return c.refusedFor("bad ack id") && strings.Contains("014", h.typ) && h.id != ""
		}},
	{"ack without id", "it answers nothing",
		func(c *comparison) bool {
			return c.refusedFor("an ack without id") && splitHead(c.text).id == ""
		}},
	{"no payload", "an EVENT without name, an ACK without values, a CONNECT_ERROR without message: the official decoder looks at a payload only if there is one",
		func(c *comparison) bool {
			h := splitHead(c.text)
			return c.refusedFor("payload missing") && strings.Contains("23456", h.typ) && h.payload == ""
		}},
	{"namespace above 256 bytes", "a limit of ours: names are kept and logged",
		func(c *comparison) bool {
			name, _, _ := strings.Cut(splitHead(c.text).namespace, "?")
			return c.refusedFor("bad namespace") && len(name) > sio.MaxName
		}},
	{"event name above 256 bytes", "a limit of ours: names are kept and logged",
		func(c *comparison) bool {
			name, ok := c.eventName().(string)
			return c.refusedFor("bad event name") && ok && len(name) > sio.MaxName
		}},
	{"event name that is no plain integer", "names that are numbers are taken as their digits; 1.5, 1e3 and what JavaScript cannot count exactly have no one spelling",
		func(c *comparison) bool {
			n, ok := c.eventName().(number)
			return c.refusedFor("bad event name") && ok && !n.plain()
		}},
	{"placeholder within a placeholder", "the check on arrival sees every object; the official decoder replaces the outer one and forgets the inner",
		func(c *comparison) bool {
			return c.refusedFor("placeholder") && anywhere(c.payload(), isNested)
		}},
	{"number of an attachment not in one digit", "0.0 and -0 are no spelling of an encoder, and 1.5 becomes undefined there",
		func(c *comparison) bool {
			return c.refusedFor("placeholder") && anywhere(c.payload(), isSloppy)
		}},
	{"placeholder checked on arrival", "the official decoder refuses it too, but when the last attachment is there",
		func(c *comparison) bool {
			return c.refusedFor("placeholder") && !slices.ContainsFunc(c.rest, func(s *step) bool { return s != nil })
		}},
	{"member that another replaces", "of two members with one name the last counts on both sides, but we check the first too",
		func(c *comparison) bool { return c.refusedFor("placeholder") && namesTwice(splitHead(c.text).payload) }},
	{"depth above 64", "a limit of ours: deep values overflow the stacks of those who walk over them",
		func(c *comparison) bool { return c.refusedFor("nested too deep") && c.deepest() > sio.MaxDepth }},
}

// namespaces, ids and values are for packets that both take.
var (
	namespaces = []rule{
		{"query in a namespace", "clients of protocol 4 sent one; we cut it off, the official decoder makes it part of the name",
			func(c *comparison) bool {
				name, _, found := strings.Cut(c.theirs.NSP, "?")
				return found && name == c.ours.NSP
			}},
	}
	ids = []rule{
		{"blanks in front of the payload", "blanks count as digits of an ack id there: 0 or NaN",
			func(c *comparison) bool { return hasBlank(splitHead(c.text).id) }},
	}
	values = []rule{
		{"half a surrogate pair", "Go strings are UTF-8, which has none: it becomes U+FFFD",
			func(c *comparison) bool {
				same := equal(c.ours.Data.value, c.theirs.named())
				return c.answer.Lone && (same || c.theirs.Data.collapsed)
			}},
		{"number that no float64 holds", "it is Infinity in JavaScript; Bind returns an error",
			func(c *comparison) bool { return sameBut(c.ours.Data.value, c.theirs.named(), hasInfinity) }},
		{"member that another replaces", "of two members with one name the last counts on both sides, but we check the first too",
			func(c *comparison) bool {
				anything := func(any) bool { return true }
				return namesTwice(splitHead(c.text).payload) && sameBut(c.ours.Data.value, c.theirs.named(), anything)
			}},
	}
)

// sloppyBase64 is the one difference in Engine.IO.
var sloppyBase64 = struct {
	name, reason string
	matches      func(text, err string) bool
}{"base64 with other characters", "Buffer.from skips what is not base64 and takes the alphabet of URLs too",
	func(text, err string) bool {
		data, ok := strings.CutPrefix(text, "b")
		padded := strings.TrimRight(data, "=")
		right := len(padded) == len(data) && len(data)%4 != 1 || len(data)%4 == 0 && len(data)-len(padded) <= 2
		return ok && strings.Contains(err, "base64") && !(right && onlyBase64.MatchString(padded))
	}}

// lostProto is the one difference in what encoders write.
var lostProto = struct {
	name, reason string
	matches      func(question) bool
}{"member __proto__ beside binary data", "the official encoder loses it: it assigns to the copy's prototype",
	func(q question) bool {
		isBinary := func(v any) bool { _, ok := v.([]byte); return ok }
		hasProto := func(v any) bool { o, _ := v.(map[string]any); _, ok := o["__proto__"]; return ok }
		return anywhere(q.Data.value, isBinary) && anywhere(q.Data.value, hasProto)
	}}

var (
	plainCount = regexp.MustCompile(`^([1-9]|[1-9][0-9]+)$`)
	onlyBase64 = regexp.MustCompile(`^[A-Za-z0-9+/]*$`)
)

// listed returns all rules in one list, each once.
func listed() (all []rule) {
	for _, r := range slices.Concat(refusals, namespaces, ids, values) {
		if !slices.ContainsFunc(all, func(known rule) bool { return known.name == r.name }) {
			all = append(all, r)
		}
	}
	return append(all, rule{name: sloppyBase64.name, reason: sloppyBase64.reason}, rule{name: lostProto.name, reason: lostProto.reason})
}

// sameBut reports whether ours and theirs are equal but for arguments that Bind refused, for which ok must hold of
// theirs.
func sameBut(ours, theirs any, ok func(any) bool) bool {
	if _, refused := ours.(unbound); refused {
		return ok(theirs)
	}
	a, isList := ours.([]any)
	b, areLists := theirs.([]any)
	if !isList || !areLists || len(a) != len(b) {
		return equal(ours, theirs)
	}
	for i := range a {
		if _, refused := a[i].(unbound); refused && !ok(b[i]) || !refused && !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func hasInfinity(v any) bool {
	return anywhere(v, func(v any) bool { n, ok := v.(float64); return ok && math.IsInf(n, 0) })
}
