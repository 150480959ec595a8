// differential_test.go: the run: questions by kind, counts, and failures made small.

package differential

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace/sio"
)

const (
	usualPackets = 100_000
	batch        = 1000 // questions that are asked at once
	shown        = 10   // failures that are printed
)

// kinds are the kinds of questions, and how many of ten are of each.
var kinds = []struct {
	name  string
	share int
	make  func(generator) task
}{
	{"Engine.IO, read", 2, func(g generator) task { return task{question: g.enginePayload()} }},
	{"Engine.IO, written", 1, func(g generator) task { return task{question: g.written()} }},
	{"Socket.IO, read", 5, func(g generator) task { return task{question: g.conversation()} }},
	{"Socket.IO, theirs to ours", 1, func(g generator) task { return task{question: g.packet()} }},
	{"Socket.IO, ours to theirs", 1, fromOurs},
}

// A task is a question and, if our encoder wrote its messages, what they came from.
type task struct {
	kind     int
	question question
	from     *question
	err      error // of our encoder
}

func fromOurs(g generator) task {
	from := g.packet()
	messages, err := encodeOurs(sio.JSON{}, from)
	return task{question: question{Op: "decode", Messages: messages}, from: &from, err: err}
}

// judge compares the answers to a task.
func (t task) judge(theirs answer) verdict {
	if t.err != nil {
		return verdict{problem: fmt.Sprintf("our encoder refused %+v: %v", t.from, t.err)}
	}
	v := compare(t.question, theirs)
	if t.from == nil || v.problem != "" {
		return v
	}
	last := theirs.Steps[len(theirs.Steps)-1]
	if last == nil || last.refused() || last.Type != t.from.Type || last.NSP != t.from.NSP || last.ID != t.from.ID ||
		!equal(last.Data.value, t.from.Data.value) {
		v.problem = fmt.Sprintf("sent %+v, they read %s", t.from, last)
	}
	return v
}

// counts are what a kind of questions came to.
type counts struct{ packets, accepted, refused, different, failed int }

func TestDifferential(t *testing.T) {
	needsNode(t)
	seed, packets := number64(t, "EVERWIRE_SEED", rand.Uint64()), number64(t, "EVERWIRE_PACKETS", usualPackets)
	t.Logf("EVERWIRE_SEED=%d", seed)
	o := startOracle(t)
	results := make([]counts, len(kinds))
	rules := map[string]int{}
	failures := 0
	for first := uint64(0); first < packets; first += batch {
		var tasks []task
		var questions []question
		for n := first; n < min(first+batch, packets); n++ {
			task := makeTask(newGenerator(seed, n), int(n%10))
			tasks, questions = append(tasks, task), append(questions, task.question)
		}
		for i, theirs := range o.ask(questions) {
			v := tasks[i].judge(theirs)
			results[tasks[i].kind].add(v)
			for _, name := range v.rules {
				rules[name]++
			}
			if v.problem != "" {
				if failures++; failures <= shown {
					t.Errorf("question %d, %s: %s\n%s", first+uint64(i), kinds[tasks[i].kind].name, v.problem, o.smaller(tasks[i]))
				}
			}
		}
	}
	t.Log(table(results, rules))
	require.Zero(t, failures, "differences that no rule explains")
	if packets >= usualPackets {
		for _, r := range listed() {
			require.NotZero(t, rules[r.name], "no packet came under the rule %q: delete it, or generate such packets", r.name)
		}
	}
}

// makeTask makes the question whose kind has that place among ten.
func makeTask(g generator, place int) task {
	for i, k := range kinds {
		if place -= k.share; place < 0 {
			t := k.make(g)
			t.kind = i
			return t
		}
	}
	panic("the shares are less than ten")
}

func number64(t *testing.T, name string, usual uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, name)
	return n
}

func (c *counts) add(v verdict) {
	c.packets++
	switch {
	case v.problem != "":
		c.failed++
	case len(v.rules) > 0:
		c.different++
	case v.accepted:
		c.accepted++
	default:
		c.refused++
	}
}

func table(results []counts, rules map[string]int) string {
	var b strings.Builder
	line := func(name string, c counts) {
		fmt.Fprintf(&b, "%-28s %8d %8d %8d %8d %8d\n", name, c.packets, c.accepted, c.refused, c.different, c.failed)
	}
	fmt.Fprintf(&b, "\n%-28s %8s %8s %8s %8s %8s\n", "", "packets", "accepted", "refused", "listed", "failed")
	var sum counts
	for i, c := range results {
		line(kinds[i].name, c)
		sum = counts{sum.packets + c.packets, sum.accepted + c.accepted, sum.refused + c.refused, sum.different + c.different, sum.failed + c.failed}
	}
	line("together", sum)
	b.WriteString("\nlisted differences, and how often they were met\n")
	for _, r := range listed() {
		fmt.Fprintf(&b, "%8d  %s: %s\n", rules[r.name], r.name, r.reason)
	}
	return b.String()
}

// smaller takes as much as it can from the messages of a failure, and prints what is left.
func (o *oracle) smaller(t task) string {
	q := t.question
	if q.Op != "decode" || t.err != nil {
		return fmt.Sprintf("%s %q %q %+v", q.Op, q.Text, quote(q.Messages), q.Packets)
	}
	if t.from == nil {
		fails := func(messages []message) bool {
			q := question{Op: "decode", Messages: messages}
			return len(messages) > 0 && compare(q, o.ask([]question{q})[0]).problem != ""
		}
		for again := true; again; {
			again = shrinkOnce(&q.Messages, fails)
		}
	}
	return "messages: " + quote(q.Messages)
}

// shrinkOnce leaves out one message, or one piece of a text, and reports whether the rest still fails.
func shrinkOnce(messages *[]message, fails func([]message) bool) bool {
	for i, m := range *messages {
		if less := slices.Delete(slices.Clone(*messages), i, i+1); fails(less) {
			*messages = less
			return true
		}
		if m.Text == nil {
			continue
		}
		for size := len(*m.Text); size > 0; size /= 2 {
			for at := 0; at+size <= len(*m.Text); at += size {
				less := slices.Clone(*messages)
				less[i] = textMessage(slices.Delete(slices.Clone(*m.Text), at, at+size))
				if fails(less) {
					*messages = less
					return true
				}
			}
		}
	}
	return false
}
