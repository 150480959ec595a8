// limits_test.go: group 9: messages up to 16 MiB, in fragments, in small writes, and a thousand one after the other.

package wsconform

import (
	"fmt"
	"strings"
)

// limits is group 9. Each kind comes as text and as binary.
func limits() (all []conformCase) {
	add := func(sub, i int, c conformCase) {
		c.id, c.end = fmt.Sprintf("9.%d.%d", sub, i+1), closed
		all = append(all, c)
	}
	for kind, message := range []func(string) frame{text, blob} {
		filler := []string{"BAsd7&jh23ÄÖ", "\x00\xfe\x80\xff"}[kind]
		sized := func(n int) frame { return message(strings.Repeat(filler, n/len(filler)) + filler[:n%len(filler)]) }
		for i, n := range []int{64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20} {
			add(1+kind, i, conformCase{frames: []frame{sized(n)}, answers: []frame{sized(n)}})
		}
		for i := range 9 {
			whole := sized(4 << 20)
			add(3+kind, i, conformCase{frames: fragments(whole, 64<<(2*i)), answers: []frame{whole}})
		}
		for i := range 6 {
			whole := sized(1 << 20)
			add(5+kind, i, conformCase{frames: []frame{whole}, answers: []frame{whole}, chop: 64 << i})
		}
		for i, n := range []int{0, 16, 64, 256, 1024, 4096} {
			add(7+kind, i, conformCase{script: roundTrips(sized(n))})
		}
	}
	return all
}

// roundTrips sends a message a thousand times, each when the one before has come back.
func roundTrips(f frame) func(*peer) ([]frame, bool, error) {
	return func(p *peer) ([]frame, bool, error) {
		for i := range 1000 {
			p.send(atOnce, f)
			if back, err := p.message(); err != nil || !same(back, f) {
				return nil, false, fmt.Errorf("message %d: %v, %s", i+1, err, show([]frame{back}))
			}
		}
		return nil, false, nil
	}
}
