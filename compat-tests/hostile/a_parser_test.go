// a_parser_test.go: what the parser of Socket.IO packets must not take.

package hostile

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"
)

// refused are packets that close their session and reach no handler. Those with a binary event are followed by an
// attachment.
func refused(id, name string, packets ...string) row {
	return row{
		id: id, name: name, on: transports, control: true,
		run: func(a *attack) {
			for _, p := range packets {
				p = strings.ReplaceAll(p, "MARKER", a.marker)
				s := a.join()
				s.wait()
				a.naming(p, func() {
					if strings.HasPrefix(p, "45") || strings.HasPrefix(p, "46") {
						s.sendBinary(p, "\x01\x02\x03")
					} else {
						s.send(p)
					}
					s.mustClose()
				})
			}
			require.Empty(a, a.events(), "events were dispatched")
		},
	}
}

// naming adds what to failures of f.
func (a *attack) naming(what string, f func()) {
	failed := len(a.failures)
	a.guard(f)
	if len(a.failures) > failed {
		a.failures[failed] = fmt.Sprintf("%q: %s", what[:min(len(what), 60)], a.failures[failed])
		a.FailNow()
	}
}

// taken are packets that are unusual, but legal.
func taken(id, name string, packets ...string) row {
	return row{
		id: id, name: name, on: transports, control: true,
		run: func(a *attack) {
			for _, p := range packets {
				s := a.join()
				a.naming(p, func() {
					s.send(p)
					s.mustLive()
				})
			}
		},
	}
}

var rowsParser = []row{
	refused("A8", "placeholders whose number is no index",
		`451-["e",{"_placeholder":true,"num":"splice"}]`,
		`451-["e",{"_placeholder":true,"num":"0"}]`,
		`451-["e",{"_placeholder":true,"num":5}]`,
		`451-["e",{"_placeholder":true,"num":1}]`,
		`451-["e",{"_placeholder":true,"num":-1}]`,
		`451-["e",{"_placeholder":true,"num":1.5}]`,
		`451-["e",{"_placeholder":true,"num":null}]`,
		`451-["e",{"_placeholder":true,"num":1e309}]`,
		`451-["e",{"_placeholder":true,"num":"__proto__"}]`,
		`451-["e",{"_placeholder":true,"num":{}}]`,
		`451-["e",{"_placeholder":true}]`,
	),
	refused("A8", "a placeholder between two attachments", `451-["e",{"_placeholder":true,"num":0.5}]`),
	refused("A9", "event names that are no names",
		`42[{"toString":"foo"},"MARKER"]`, `42[null,"MARKER"]`, `42[]`, `42{"a":1}`, `42[["e"]]`, `42[true]`, `42"e"`, `42null`, `421[]`,
		`42["e"`, `42["e"]x`,
	),
	refused("A9", "events without a payload", `42`, `421`),
	taken("A9", "an event whose name is a number", `42[1]`),
	refused("A10", "more attachments than there may be",
		`4511-["e"]`, `4599-["e"]`, `45999999999999-["e"]`, `4518446744073709551617-["e"]`, `4611-["x"]`,
	),
	{
		id: "A10", name: "999,999,999,999 attachments are not made room for", on: transports, control: true,
		run: func(a *attack) {
			s := a.join()
			s.wait()
			a.atMost(cost{peak: 4 << 20, allocated: 4 << 20}, a.spent(func() {
				s.send(`45999999999999-["e"]`)
				s.mustClose()
			}))
		},
	},
	{
		id: "A10", name: "ten attachments, all that there may be", on: transports, control: true,
		run: func(a *attack) {
			s := a.join()
			var holders, blobs []string
			for i := range 10 {
				holders = append(holders, `{"_placeholder":true,"num":`+string(rune('0'+i))+`}`)
				blobs = append(blobs, a.marker)
			}
			s.sendBinary(`4510-["e",`+strings.Join(holders, ",")+`]`, blobs...)
			s.mustLive()
			require.Equal(a, 1, a.events()["e"])
		},
	},
	refused("A11", "numbers of attachments that are none",
		`450-["e","x"]`, `45-["e"]`, `451["e"]`, `45-1-["e"]`, `45x-["e"]`, `45`, `451-`, `450-["e"]`, `460-["x"]`, `46-["x"]`,
	),
	refused("A11", "numbers of attachments that JavaScript reads as 1",
		`45 1-["e"]`, `45+1-["e"]`, `4501-["e"]`, `451e0-["e"]`, `451.0-["e"]`, `450x1-["e"]`, `451 -["e"]`,
	),
}
