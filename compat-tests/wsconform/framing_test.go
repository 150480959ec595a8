// framing_test.go: groups 1 to 5 and 10: frames, control frames, reserved bits and opcodes, fragments.

package wsconform

import (
	"fmt"
	"strings"
)

// framing is group 1: lengths around the limits of the three forms of a frame's length.
func framing() (all []conformCase) {
	for kind, message := range []func(string) frame{text, blob} {
		for i, n := range []int{0, 125, 126, 127, 128, 65535, 65536, 65536} {
			chop := atOnce
			if i == 7 {
				chop = 997
			}
			filler := []string{"*", "\xfe"}[kind]
			f := message(strings.Repeat(filler, n))
			id := fmt.Sprintf("1.%d.%d", kind+1, i+1)
			all = append(all, conformCase{id: id, chop: chop, frames: []frame{f}, answers: []frame{f}, end: closed})
		}
	}
	return all
}

// pings is group 2.
func pings() []conformCase {
	longest := strings.Repeat("\xfe", 125)
	var ten, tenBack []frame
	for i := range 10 {
		data := fmt.Sprintf("payload-%d", i)
		ten, tenBack = append(ten, ping(data)), append(tenBack, pong(data))
	}
	all := []conformCase{
		{frames: []frame{ping("")}, answers: []frame{pong("")}},
		{frames: []frame{ping("Hello, world!")}, answers: []frame{pong("Hello, world!")}},
		{frames: []frame{ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")}, answers: []frame{pong("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")}},
		{frames: []frame{ping(longest)}, answers: []frame{pong(longest)}},
		{frames: []frame{ping(longest + "\xfe")}, end: failed(1002)},
		{frames: []frame{ping(longest)}, answers: []frame{pong(longest)}, chop: 1},
		{frames: []frame{pong("")}},
		{frames: []frame{pong("unsolicited")}},
		{frames: []frame{pong("unsolicited"), ping("ping payload")}, answers: []frame{pong("ping payload")}},
		{frames: ten, answers: tenBack},
		{frames: ten, answers: tenBack, chop: 1},
	}
	return numbered("2.", all)
}

// numbered gives cases their ids, and an end to those that have none of their own.
func numbered(prefix string, cases []conformCase) []conformCase {
	for i := range cases {
		cases[i].id = fmt.Sprint(prefix, i+1)
		if !cases[i].end.closes {
			cases[i].end = closed
		}
	}
	return cases
}

// reservedBits is group 3: no extension was agreed on, so none of the bits may be set.
func reservedBits() []conformCase {
	hello := text("Hello, world!")
	wrong := func(n byte) []frame { return []frame{hello, rsv(n, hello), ping("")} }
	return numbered("3.", []conformCase{
		{frames: []frame{rsv(1, hello)}, end: failed(1002)},
		{frames: wrong(2), answers: []frame{hello}, end: failed(1002)},
		{frames: wrong(3), answers: []frame{hello}, end: failed(1002), chop: frameByOne},
		{frames: wrong(4), answers: []frame{hello}, end: failed(1002), chop: 1},
		{frames: []frame{rsv(5, blob("\x00\xff\xfe\xfd\xfc\xfb\x00\xff"))}, end: failed(1002)},
		{frames: []frame{rsv(6, ping("Hello, world!"))}, end: failed(1002)},
		{frames: []frame{rsv(7, closeFrame(1000, ""))}, end: failed(1002)},
	})
}

// opcodes is group 4: those that RFC 6455 reserves, for data and for control frames.
func opcodes() (all []conformCase) {
	hello := text("Hello, world!")
	for kind, first := range []byte{3, 11} {
		frames := func(n byte, payload string) []frame {
			return []frame{hello, {op: first + n, payload: []byte(payload)}, ping("")}
		}
		all = append(all, numbered(fmt.Sprintf("4.%d.", kind+1), []conformCase{
			{frames: frames(0, "")[1:2], end: failed(1002)},
			{frames: frames(1, "reserved opcode")[1:2], end: failed(1002)},
			{frames: frames(2, ""), answers: []frame{hello}, end: failed(1002)},
			{frames: frames(3, "reserved opcode"), answers: []frame{hello}, end: failed(1002), chop: frameByOne},
			{frames: frames(4, "reserved opcode"), answers: []frame{hello}, end: failed(1002), chop: 1},
		})...)
	}
	return all
}

// fragmentation is group 5.
func fragmentation() []conformCase {
	one, two, three, whole := part(text("fragment1")), rest("fragment2"), part(rest("fragment3")), text("fragment1fragment2")
	last := text("fragment4")
	between := []frame{one, ping("ping payload"), two}
	both := []frame{pong("ping payload"), whole}
	twice := func(nothing frame) []frame {
		return []frame{nothing, part(text("fragment2")), two, nothing, part(text("fragment2")), two}
	}
	return numbered("5.", []conformCase{
		{frames: []frame{part(ping("fragment1")), two}, end: failed(1002)},
		{frames: []frame{part(pong("fragment1")), two}, end: failed(1002)},
		{frames: []frame{one, two}, answers: []frame{whole}},
		{frames: []frame{one, two}, answers: []frame{whole}, chop: frameByOne},
		{frames: []frame{one, two}, answers: []frame{whole}, chop: 1},
		{frames: between, answers: both},
		{frames: between, answers: both, chop: frameByOne},
		{frames: between, answers: both, chop: 1},
		{frames: []frame{two, last}, end: failed(1002)},
		{frames: []frame{two, last}, end: failed(1002), chop: frameByOne},
		{frames: []frame{two, last}, end: failed(1002), chop: 1},
		{frames: []frame{three, last}, end: failed(1002)},
		{frames: []frame{three, last}, end: failed(1002), chop: frameByOne},
		{frames: []frame{three, last}, end: failed(1002), chop: 1},
		{frames: []frame{one, two, three, last}, answers: []frame{whole}, end: failed(1002)},
		{frames: twice(part(rest("fragment1"))), end: failed(1002)},
		{frames: twice(rest("fragment1")), end: failed(1002)},
		{frames: []frame{one, text("fragment2")}, end: failed(1002)},
		{script: fiveFragments, answers: pingedAnswers},
		{frames: slicesOf(pinged), answers: pingedAnswers, chop: frameByOne},
	})
}

// pinged is a message in five fragments with two pings between them, in two parts.
var pinged = [][]frame{
	{part(text("fragment1")), part(rest("fragment2")), ping("pongme 1!")},
	{part(rest("fragment3")), part(rest("fragment4")), ping("pongme 2!"), rest("fragment5")},
}

var pingedAnswers = []frame{pong("pongme 1!"), pong("pongme 2!"), text("fragment1fragment2fragment3fragment4fragment5")}

func slicesOf(parts [][]frame) (all []frame) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// fiveFragments sends the second part when the ping in the first is answered: in the middle of a message.
func fiveFragments(p *peer) (seen []frame, lesser bool, err error) {
	p.send(atOnce, pinged[0]...)
	if seen, err = p.messages(1); err == nil {
		p.send(atOnce, pinged[1]...)
	}
	return seen, false, err
}

// autoFragmentation is group 10: a message that the client's library has cut into fragments of 1,300 bytes.
func autoFragmentation() []conformCase {
	whole := text(strings.Repeat("*", 65536))
	return []conformCase{{id: "10.1.1", frames: fragments(whole, 1300), answers: []frame{whole}, end: closed}}
}

// fragments cuts a message into frames with n bytes of payload.
func fragments(whole frame, n int) (frames []frame) {
	payload := whole.payload
	for op := whole.op; ; op = opContinuation {
		n = min(n, len(payload))
		frames = append(frames, frame{op: op, part: true, payload: payload[:n]})
		if payload = payload[n:]; len(payload) == 0 {
			frames[len(frames)-1].part = false
			return frames
		}
	}
}
