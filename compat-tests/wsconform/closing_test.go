// closing_test.go: group 7: close frames.

package wsconform

import (
	"fmt"
	"strings"
)

// closing is group 7.
func closing() (all []conformCase) {
	add := func(prefix string, cases ...conformCase) { all = append(all, numbered(prefix, cases)...) }
	hi, bye := text("Hello World!"), closeFrame(1000, "")
	big := text(strings.Repeat("BAsd7&jh23", 256<<10/10))
	add("7.1.",
		conformCase{frames: []frame{hi}, answers: []frame{hi}},
		conformCase{frames: []frame{bye, bye}, end: answered(1000)},
		conformCase{frames: []frame{bye, ping("")}, end: answered(1000)},
		conformCase{frames: []frame{bye, hi}, end: answered(1000)},
		conformCase{frames: []frame{part(text("fragment1")), bye, rest("fragment2")}, end: answered(1000)},
		// A server may take the close frame first, and send the messages before it in part or not at all.
		conformCase{frames: []frame{big, hi, bye, ping("")}, answers: []frame{big, hi},
			end: end{closes: true, codes: []int{1000}, mayMiss: true}},
	)
	longest := strings.Repeat("*", 123)
	add("7.3.",
		conformCase{frames: []frame{{op: opClose}}, end: answered(0, 1000)},
		// The catalogue also takes a close frame without a code for a refusal.
		conformCase{frames: []frame{{op: opClose, payload: []byte("a")}}, end: failed(1002, 0)},
		conformCase{frames: []frame{bye}, end: answered(1000)},
		conformCase{frames: []frame{closeFrame(1000, "Hello World!")}, end: answered(1000)},
		conformCase{frames: []frame{closeFrame(1000, longest)}, end: answered(1000)},
		conformCase{frames: []frame{closeFrame(1000, longest+"*")}, end: failed(1002)},
	)
	add("7.5.", conformCase{frames: []frame{closeFrame(1000, kosme+surrogate+"edited")}, end: failed(1007, 1002)})
	for i, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		c := conformCase{frames: []frame{closeFrame(code, "")}, end: answered(code, 1000)}
		c.id = fmt.Sprint("7.7.", i+1)
		all = append(all, c)
	}
	for i, code := range []int{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		c := conformCase{frames: []frame{closeFrame(code, "")}, end: failed(1002)}
		c.id = fmt.Sprint("7.9.", i+1)
		all = append(all, c)
	}
	for i, code := range []int{5000, 65535} { // RFC 6455 says nothing of them: any end will do
		c := conformCase{frames: []frame{closeFrame(code, "")}, end: failed()}
		c.id = fmt.Sprint("7.13.", i+1)
		all = append(all, c)
	}
	return all
}
