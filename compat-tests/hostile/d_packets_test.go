// d_packets_test.go: rows D about packets: namespaces, acks, names, JSON, and too many of them.

package hostile

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

// unknownNamespaces: each is refused, and nothing is kept of it.
func unknownNamespaces(a *attack) {
	const total, at = 10_000, 500
	s := a.join()
	for i := 0; i < total; i += at {
		name := func(j int) string { return fmt.Sprintf("/%s-%d", a.marker, i+j) }
		s.many(func(j int) string { return "40" + name(j) + "," }, at, at)
		for j := range at {
			require.Equal(a, `44`+name(j)+`,{"message":"Invalid namespace"}`, s.next())
		}
	}
	s.mustLive()
}

// inAndOut: some leave before they are let in.
func inAndOut(a *attack) {
	s := a.join()
	for range 50 {
		s.send("40/second,")
		require.Contains(a, s.next(), `40/second,{"sid":`)
		s.send("41/second,")
	}
	s.many(func(i int) string { return []string{"40/second,", "41/second,"}[i%2] }, 4000, 500)
	s.mustLive()
}

func longNamespace(a *attack) {
	const longest = 256
	s := a.join()
	name := "/" + repeat("x", longest-1)
	s.send("40" + name + ",")
	require.Equal(a, `44`+name+`,{"message":"Invalid namespace"}`, s.next())
	s.send("40" + name + "x,")
	s.mustClose()
}

func wrongAckIDs(a *attack) {
	for _, packet := range []string{
		`4299999999999999999999["e","x"]`,
		`429007199254740992["e","x"]`,
		`429007199254740993["e","x"]`,
		`42` + repeat("9", 400) + `["e","x"]`,
		`42-1["e","x"]`, `421.5["e","x"]`, `421e3["e","x"]`, `42+1["e","x"]`,
		`43["x"]`, `43-1["x"]`, `4399999999999999999999["x"]`,
	} {
		a.naming(packet, func() {
			s := a.join()
			s.send(packet)
			s.mustClose()
		})
	}
	require.NotContains(a, a.events(), "e")
}

// strayAcks: an answer that nobody waits for, or a second one, is ignored; the application answers once too.
func strayAcks(a *attack) {
	s := a.join()
	s.send(`43999["x"]`, `439007199254740991["x"]`, `430[]`)
	s.mustLive()
	s.send(`421["twice"]`, `422["twice"]`)
	require.Equal(a, `431[1]`, s.next())
	require.Equal(a, `432[1]`, s.next())
	const questions = 1000
	s.send(fmt.Sprintf(`423["ask-all",%d,10000]`, questions))
	ids := make([]string, questions)
	for i := range ids {
		question := s.next()
		ids[i] = between(question, "42", `["question"]`)
		require.NotEmpty(a, ids[i], question)
	}
	s.many(func(i int) string { return fmt.Sprintf(`43%s[%d]`, ids[i/3], i) }, 3*questions, questions) // three each
	require.Equal(a, `433[0]`, s.next())
	s.mustLive()
}

// largeJSON sends texts of which the values would take up to 40 times the memory. Who does not ask for the values does
// not pay for them.
func largeJSON(a *attack) {
	const size = 975_000
	times := 8
	if raceDetector {
		times = 1 // it is slow
	}
	limit := cost{peak: 16 << 20, allocated: int64(times) * 8 << 20} // reading into a buffer that grows, and one copy
	if raceDetector {
		limit.peak = 0 // most of it is the detector's
	}
	runs := 0
	for _, element := range []string{`{"a":0}`, `{}`, `[]`, `0`, `""`, `{"a":[{"b":null}]}`} {
		arg := "[" + strings.TrimSuffix(repeat(element+",", size/(len(element)+1)), ",") + "]"
		run := func() cost {
			runs++
			return a.spent(func() {
				for range times {
					s := a.join()
					s.send(`42["unbound",` + arg + `]`)
					s.mustLive()
					s.send("1")
				}
			})
		}
		spent := run()
		for try := 1; limit.peak > 0 && spent.peak > limit.peak && try < 3; try++ { // the collector may have come late
			spent = run()
		}
		a.naming(element, func() { a.atMost(limit, spent) })
	}
	require.Equal(a, runs*times, a.events()["unbound"])
}

// manyPackets: 1,000 are handled, one more is refused and none of them handled.
func manyPackets(a *attack) {
	const limit = 1000
	s := a.join()
	packets := func(n int, p string) string { return strings.TrimSuffix(repeat(p+separator, n), separator) }
	a.is(s.post(packets(limit, `42["e","x"]`)), http.StatusOK, "ok")
	a.until("all are handled", func() bool { return a.events()["e"] == limit })
	for _, p := range []string{`42["f","x"]`, "3", "6", "4", "b", "bAAAA"} {
		a.naming(p, func() {
			a.is(s.post(`42["f","x"]`+separator+packets(10*limit, p)), http.StatusRequestEntityTooLarge, "")
		})
	}
	a.is(s.post(packets(limit+1, `42["f","x"]`)), http.StatusRequestEntityTooLarge, "")
	s.mustLive()
	require.NotContains(a, a.events(), "f")
}

func reservedNames(a *attack) {
	for _, name := range []string{
		"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", `conn\u0065ct`,
	} {
		a.naming(name, func() {
			s := a.join()
			s.send(`42["` + name + `","` + a.marker + `"]`)
			s.mustClose()
		})
	}
	require.Empty(a, a.events())
}

// oddNames: a name is a name.
func oddNames(a *attack) {
	s := a.join()
	names := []string{
		"__proto__", "toString", "constructor", "hasOwnProperty", "prototype", "", " ", "*", "message", "error", "ping", "close",
		"open", "upgrade", "packet", "connection", "toString()", "\x7f", "🎉", repeat("x", 256),
	}
	for _, name := range names {
		s.send(`42["` + name + `","` + a.marker + `"]`)
	}
	s.mustLive()
	events := a.events()
	for _, name := range names {
		require.Equal(a, 1, events[name], "event %q", name)
	}
	require.Len(a, events, len(names))
}

func longName(a *attack) {
	s := a.join()
	s.send(`42["` + repeat("x", 10_000) + `"]`)
	s.mustClose()
	require.Empty(a, a.events())
}
