// utf8_test.go: group 6: what is UTF-8 is echoed, what is not closes with 1007.

package wsconform

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	kosme      = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5" // a Greek word, five characters of two and three bytes
	hello      = "Hello-µ@ßöäüàá-UTF-8!!"
	surrogate  = "\xed\xa0\x80"     // half a pair, encoded
	outOfRange = "\xf4\x90\x80\x80" // one above the last code point
)

// utf8Handling is group 6.
func utf8Handling() (all []conformCase) {
	add := func(cases []conformCase) { all = append(all, cases...) }
	add(numbered("6.1.", []conformCase{
		{frames: []frame{text("")}, answers: []frame{text("")}},
		{frames: []frame{part(text("")), part(rest("")), rest("")}, answers: []frame{text("")}},
		{frames: []frame{part(text("")), part(rest("middle frame payload")), rest("")}, answers: []frame{text("middle frame payload")}},
	}))
	const between = len("Hello-µ@ßöä") // two characters
	add(numbered("6.2.", []conformCase{
		{frames: []frame{text(hello)}, answers: []frame{text(hello)}},
		{frames: fragments(text(hello), between), answers: []frame{text(hello)}},
		{frames: fragments(text(hello), 1), answers: []frame{text(hello)}},
		{frames: fragments(text(kosme), 1), answers: []frame{text(kosme)}},
	}))
	invalid := text(kosme + surrogate + "edited")
	add(numbered("6.3.", []conformCase{
		{frames: []frame{invalid}, end: failed(1007)},
		{frames: fragments(invalid, 1), end: failed(1007)},
	}))
	add(numbered("6.4.", []conformCase{
		{script: inFragments(kosme, outOfRange, "edited"), end: failed(1007)},
		{script: inFragments(kosme+"\xf4", "\x90", "\x80\x80edited"), end: failed(1007)},
		{script: inChops(kosme, outOfRange, "edited"), end: failed(1007)},
		{script: inChops(kosme+"\xf4", "\x90", "\x80\x80edited"), end: failed(1007)},
	}))
	for i, sequences := range sequences() {
		add(eachSequence(fmt.Sprintf("6.%d.", i+5), sequences))
	}
	return all
}

// eachSequence makes a case of each sequence of bytes: an echo if it is UTF-8, else a failure.
func eachSequence(prefix string, sequences []string) (cases []conformCase) {
	for _, s := range sequences {
		c := conformCase{frames: []frame{text(s)}, end: failed(1007)}
		if utf8.ValidString(s) {
			c.answers, c.end = c.frames, closed
		}
		cases = append(cases, c)
	}
	return numbered(prefix, cases)
}

// inFragments sends a message in three fragments, the second of which makes it invalid. A server may fail the
// connection then, or at the end of the message.
func inFragments(one, two, three string) func(*peer) ([]frame, bool, error) {
	return func(p *peer) ([]frame, bool, error) {
		p.send(atOnce, part(text(one)), ping("accepted?"))
		if f, err := p.read(); err != nil || !same(f, pong("accepted?")) {
			return nil, false, fmt.Errorf("failed by the first fragment: %w, %s", err, show([]frame{f}))
		}
		p.send(atOnce, part(rest(two)), ping("and now?"))
		seen, err := p.in.Peek(1)
		if err != nil || seen[0]&15 == opClose {
			return nil, false, nil // at once
		}
		if f, err := p.read(); err != nil || !same(f, pong("and now?")) {
			return nil, false, fmt.Errorf("not a pong: %w, %s", err, show([]frame{f}))
		}
		p.send(atOnce, rest(three))
		return nil, true, nil
	}
}

// inChops sends the same in one frame. Nothing can be asked in the middle of it.
func inChops(one, two, three string) func(*peer) ([]frame, bool, error) {
	return func(p *peer) ([]frame, bool, error) {
		whole := text(one + two + three).append(nil)
		p.write(atOnce, whole[:len(whole)-len(two)-len(three)])
		if quiet, err := p.quiet(); err != nil || !quiet {
			return nil, false, fmt.Errorf("failed by the valid part: %v", err)
		}
		p.write(atOnce, whole[len(whole)-len(two)-len(three):len(whole)-len(three)])
		quiet, err := p.quiet()
		if quiet {
			p.write(atOnce, whole[len(whole)-len(three):])
		}
		return nil, quiet, err
	}
}

// sequences are 6.5 to 6.23: valid and invalid sequences of bytes, kind by kind, as in Markus Kuhn's stress test for
// UTF-8 decoders. Which of them are valid is left to package unicode/utf8.
func sequences() [][]string {
	return [][]string{
		{"hello$world", "hello¢world", "hello€world", "hello\U00024b62world", kosme},
		prefixesOf(kosme),
		{"\x00", "\u0080", "\u0800", "\U00010000"},                               // first of each length
		{"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"},                     // of five and six bytes
		{"\x7f", "\u07ff", "\uffff", "\U0010ffff"},                               // last of each length
		{"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"}, // beyond the last
		{"\ud7ff", "\ue000", "\ufffd", "\U0010ffff", outOfRange},                 // beside what is not allowed
		continuations(),
		starts(),
		cutOff(),
		{strings.Join(cutOff(), "")},
		{"\xfe", "\xff", "\xfe\xfe\xff\xff"},
		overlong('/'),
		{"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"},
		overlong(0),
		{surrogate, "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"},
		surrogatePairs(),
		nonCharacters(),
		{"\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff"},
	}
}

func prefixesOf(s string) (all []string) {
	for n := range len(s) {
		all = append(all, s[:n+1])
	}
	return all
}

// continuations are bytes that nothing begins: one to six of them, and all of them but the last.
func continuations() []string {
	var row []byte
	for c := byte(0x80); c < 0xbf; c++ {
		row = append(row, c)
	}
	const some = "\x80\xbf\x80\xbf\x80\xbf"
	return append([]string{"\x80", "\xbf"}, some[:2], some[:3], some[:4], some[:5], some, string(row))
}

// starts are bytes that begin a character, each before a blank; the last of each length is left out.
func starts() (all []string) {
	for _, r := range [][2]byte{{0xc0, 0xdf}, {0xe0, 0xef}, {0xf0, 0xf7}, {0xf8, 0xfb}, {0xfc, 0xfd}} {
		var s []byte
		for c := r[0]; c < r[1]; c++ {
			s = append(s, c, ' ')
		}
		all = append(all, string(s))
	}
	return all
}

// cutOff are characters without their last byte, of two to six bytes: the first and the last of each length.
func cutOff() (all []string) {
	for i, first := range []string{"\xc0\xe0\xf0\xf8\xfc", "\xdf\xef\xf7\xfb\xfd"} {
		filler := []string{"\x80", "\xbf"}[i]
		for n := range len(first) {
			all = append(all, first[n:n+1]+strings.Repeat(filler, n))
		}
	}
	return all
}

// overlong writes an ASCII character in two to six bytes.
func overlong(c byte) (all []string) {
	for n, first := range []byte{0xc0, 0xe0, 0xf0, 0xf8, 0xfc} {
		all = append(all, string([]byte{first})+strings.Repeat("\x80", n)+string([]byte{0x80 | c}))
	}
	return all
}

// surrogatePairs are both halves of a pair, each encoded as if it were a character.
func surrogatePairs() (all []string) {
	for _, high := range []string{"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf"} {
		all = append(all, high+"\xed\xb0\x80", high+"\xed\xbf\xbf")
	}
	return all
}

// nonCharacters are the last two code points of each plane, which are valid.
func nonCharacters() (all []string) {
	for plane := rune(0); plane <= 16; plane++ {
		all = append(all, string(plane<<16|0xfffe), string(plane<<16|0xffff))
	}
	return all
}
