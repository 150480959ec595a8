// gate_test.go: points in the bytes, however they are split.

package faultproxy

import "testing"

func TestGate(t *testing.T) {
	const head = "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"
	const input = head + "frames\r\n\r\n"
	for name, c := range map[string]struct {
		link      Link
		want      string
		swallowed bool
		cut       bool
	}{
		"nothing":                 {Link{}, input, false, false},
		"swallow all":             {Link{Swallow: AfterByte(0)}, "", true, false},
		"swallow some":            {Link{Swallow: AfterByte(5)}, input[:5], true, false},
		"swallow after the head":  {Link{Swallow: AfterHead(0)}, head, true, false},
		"swallow behind the head": {Link{Swallow: AfterHead(3)}, head + "fra", true, false},
		"swallow behind the end":  {Link{Swallow: AfterHead(100)}, input, false, false},
		"cut":                     {Link{Cut: AfterByte(7)}, input[:7], false, true},
		"cut at the end":          {Link{Cut: AfterByte(int64(len(input)))}, input, false, true},
		"cut after the head":      {Link{Cut: AfterHead(2)}, head + "fr", false, true},
		"cut behind the end":      {Link{Cut: AfterByte(1000)}, input, false, false},
		"swallow, then cut":       {Link{Swallow: AfterByte(4), Cut: AfterHead(1)}, input[:4], true, true},
		"cut before swallow":      {Link{Swallow: AfterByte(9), Cut: AfterByte(8)}, input[:8], false, true},
	} {
		for step := 1; step <= len(input); step++ {
			g := gate{link: c.link}
			var got []byte
			var swallowed, cut bool
			for rest := []byte(input); len(rest) > 0 && !cut; {
				n := min(step, len(rest))
				v := g.take(rest[:n])
				got = append(got, v.forward...)
				swallowed, cut = swallowed || v.swallowed, v.cut
				rest = rest[n:]
			}
			if string(got) != c.want || swallowed != c.swallowed || cut != c.cut {
				t.Errorf("%s in steps of %d: forwarded %q, swallowed %v, cut %v; want %q, %v, %v",
					name, step, got, swallowed, cut, c.want, c.swallowed, c.cut)
			}
		}
	}
}
