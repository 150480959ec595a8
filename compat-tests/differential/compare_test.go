// compare_test.go: one question and both answers: the same, different on purpose, or a failure.

package differential

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/everwire/everwire/namespace/sio"
)

// A verdict is what a comparison came to.
type verdict struct {
	accepted bool     // by both, to the end
	rules    []string // names of the differences that were met
	problem  string   // a difference that no rule explains
}

// compare takes a question and the official answer.
func compare(q question, theirs answer) verdict {
	switch q.Op {
	case "decode":
		return compareSteps(q.Messages, decodeOurs(sio.JSON{}, q.Messages), theirs)
	case "encode":
		return compareEncoders(q, theirs)
	case "write":
		if ours := writeOurs(q.Packets); !bytes.Equal(ours, theirs.Written) {
			return verdict{problem: fmt.Sprintf("ours wrote %q, theirs %q", ours, theirs.Written)}
		}
		return verdict{accepted: true}
	}
	return comparePackets(q, parseOurs(q), theirs.Packets)
}

// comparePackets compares what was read of Engine.IO packets.
func comparePackets(q question, ours, theirs []enginePacket) verdict {
	for i := range min(len(ours), len(theirs)) {
		o, t := ours[i], theirs[i]
		switch {
		case o.Error != "" && t.Error != "":
			return verdict{}
		case o.Error != "" && t.Error == "" && sloppyBase64.matches(part(q, i), o.Error):
			return verdict{rules: []string{sloppyBase64.name}}
		case (o.Error == "") != (t.Error == ""), o.Type != t.Type, !sameBytes(o.Text, t.Text), !sameBytes(o.Binary, t.Binary):
			return verdict{problem: fmt.Sprintf("packet %d: ours %s, theirs %s", i, o, t)}
		}
	}
	if len(ours) != len(theirs) {
		return verdict{problem: fmt.Sprintf("ours read %d packets, theirs %d", len(ours), len(theirs))}
	}
	return verdict{accepted: true}
}

// part returns the text of packet i.
func part(q question, i int) string {
	if q.Op == "packet" {
		return string(q.Text)
	}
	return strings.Split(string(q.Text), "\x1e")[i]
}

func (p enginePacket) String() string {
	switch {
	case p.Error != "":
		return "refused: " + p.Error
	case p.Binary != nil:
		return fmt.Sprintf("%s % x", p.Type, *p.Binary)
	}
	return fmt.Sprintf("%s %q", p.Type, *p.Text)
}

func sameBytes(a, b *[]byte) bool {
	return a == nil && b == nil || a != nil && b != nil && bytes.Equal(*a, *b)
}

// compareSteps compares what decoders said to messages, up to the first refusal of either.
func compareSteps(messages []message, ours []*step, theirs answer) verdict {
	var v verdict
	begun := 0 // the message with the text of the current packet
	for i := range messages {
		if messages[i].Text != nil {
			begun = i
		}
		o, t := ours[i], theirs.Steps[i]
		c := &comparison{ours: o, theirs: t, answer: theirs, rest: theirs.Steps[i:]}
		if messages[begun].Text != nil {
			c.text = string(*messages[begun].Text)
		}
		switch {
		case o.refused() && (t.refused() || c.refusedLater()):
			return v
		case o.refused():
			return v.explain(c, refusals)
		case t.refused(), (o == nil) != (t == nil):
			v.problem = fmt.Sprintf("message %d: ours %s, theirs %s", i, o, t)
			return v
		case o == nil:
			continue
		}
		if v = v.fields(c); v.problem != "" {
			return v
		}
	}
	v.accepted = len(v.rules) == 0
	return v
}

func (s *step) refused() bool { return s != nil && s.Error != "" }

func (s *step) String() string {
	switch {
	case s == nil:
		return "wait for attachments"
	case s.Error != "":
		return "refuse: " + s.Error
	}
	return fmt.Sprintf("type %d, namespace %q, id %q, data %#v", s.Type, s.NSP, s.ID, s.Data.value)
}

// fields compares a packet that both have accepted.
func (v verdict) fields(c *comparison) verdict {
	if c.ours.Type != c.theirs.Type {
		v.problem = fmt.Sprintf("ours %s, theirs %s", c.ours, c.theirs)
		return v
	}
	if c.ours.NSP != c.theirs.NSP {
		v = v.explain(c, namespaces)
	}
	if c.ours.ID != c.theirs.ID && v.problem == "" {
		v = v.explain(c, ids)
	}
	differ := !equal(c.ours.Data.value, c.theirs.named())
	if (differ || c.answer.Lone) && v.problem == "" {
		v = v.explain(c, values)
	}
	return v
}

// explain finds the rule for a difference.
func (v verdict) explain(c *comparison, rules []rule) verdict {
	for _, r := range rules {
		if r.matches(c) {
			if !slices.Contains(v.rules, r.name) {
				v.rules = append(v.rules, r.name)
			}
			return v
		}
	}
	v.problem = fmt.Sprintf("ours %s, theirs %s", c.ours, c.theirs)
	return v
}

// compareEncoders compares both encoders: what each writes, the other side reads as it was.
func compareEncoders(q question, theirs answer) verdict {
	v := compareSteps(theirs.Messages, decodeOurs(sio.JSON{}, theirs.Messages), theirs)
	if v.problem != "" {
		v.problem = fmt.Sprintf("their messages %s: %s", quote(theirs.Messages), v.problem)
		return v
	}
	last := theirs.Steps[len(theirs.Steps)-1]
	switch {
	case last.refused():
		return v // more attachments than either takes
	case last == nil || last.Type != q.Type || last.NSP != q.NSP || last.ID != q.ID:
		v.problem = fmt.Sprintf("%s came back as %s", quote(theirs.Messages), last)
	case !equal(last.Data.value, q.Data.value):
		if !lostProto.matches(q) {
			v.problem = fmt.Sprintf("%s came back as %s", quote(theirs.Messages), last)
			return v
		}
		v.rules, v.accepted = append(v.rules, lostProto.name), false
	}
	return v
}

// quote prints messages so that they can be pasted into a test.
func quote(messages []message) string {
	var all []string
	for _, m := range messages {
		if m.Text != nil {
			all = append(all, fmt.Sprintf("text %q", *m.Text))
		} else {
			all = append(all, fmt.Sprintf("binary %q", *m.Binary))
		}
	}
	return strings.Join(all, ", ")
}
