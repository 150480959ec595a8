// a_json_test.go: JSON that is nested too deep.

package hostile

import (
	"time"

	"github.com/stretchr/testify/require"
)

// maxDepth is how deep an argument may be nested.
const maxDepth = 64

func nested(depth int) string { return repeat("[", depth) + repeat("]", depth) }

var rowsJSON = []row{
	refused("A20", "JSON nested 65 levels deep", `42["e",`+nested(maxDepth+1)+`]`, `42["e",`+repeat(`{"a":`, maxDepth+1)+"1"+repeat("}", maxDepth+1)+`]`,
		`40`+repeat(`{"a":`, maxDepth+1)+"1"+repeat("}", maxDepth+1)),
	{
		id: "A20", name: "JSON nested 450,000 levels deep", on: transports, control: true,
		run: func(a *attack) {
			for _, packet := range []string{`42["e",` + nested(450_000) + `]`, `42["e",` + repeat("[", 900_000)} {
				s := a.join()
				s.wait()
				a.atMost(cost{peak: 8 << 20}, a.spent(func() {
					a.within(5*time.Millisecond, func() {
						s.send(packet)
						s.mustClose()
					})
				}))
			}
			require.Empty(a, a.events())
		},
	},
	{
		id: "A20", name: "JSON as deep as it may be, which a handler sends back", on: transports, control: true,
		run: func(a *attack) {
			s := a.join()
			deep := nested(maxDepth)
			s.send(`42["reflect",` + deep + `]`)
			require.Equal(a, `42["reflected",`+deep+`]`, s.next())
			s.mustLive()
		},
	},
	{
		id: "A20", name: "JSON nested 5,000 levels deep, which a handler sends back", on: transports, control: true,
		run: func(a *attack) {
			s := a.join()
			s.wait()
			s.send(`42["reflect",` + nested(5_000) + `]`)
			s.mustClose()
		},
	},
}
