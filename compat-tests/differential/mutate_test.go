// mutate_test.go: questions that nobody asks in good faith.

package differential

import (
	"encoding/base64"
	"slices"
	"strings"
)

// pieces are what mutations put into packets.
var pieces = []string{
	`"`, `[`, `]`, `{`, `}`, `,`, `:`, `-`, `+`, `.`, `e`, `/`, `/a,`, `?x=1`, `\`, `b`, `\u0000`, `\ud800`, `\udc00`, `\ud83d\ude00`,
	`null`, `true`, `1e309`, `-0`, `0.5`, `1.0`, `00`, `9007199254740992`, `99999999999999999999`, `1-`, `10-`, `11-`, `0-`, `01-`,
	`1e0-`, `0x1-`, `__proto__`, `"__proto__":{"a":1},`, `"_placeholder":true,`, `"num":0,`, `{"_placeholder":true,"num":0}`,
	`{"_placeholder":true,"num":1,"x":{"_placeholder":true,"num":9}}`, `"connect"`, `"disconnect"`, `["newListener"]`, `constructor`,
	" ", "\t", "\n", "\x00", "\x1e", "\u00a0", "\u2028", "\ufeff", "\u3000", "é", "\xff", "\xed\xa0\x80", "\xc3",
	"0", "1", "2", "3", "4", "5", "6", "7", "9",
}

// mutate changes a text in one to four places.
func (g generator) mutate(b []byte) []byte {
	b = slices.Clone(b)
	for range 1 + g.IntN(4) {
		i := g.IntN(len(b) + 1)
		if g.chance(2) {
			i = min(i, g.IntN(8)) // the head is short, and most rules are about it
		}
		j := min(len(b), i+g.IntN(4))
		switch g.IntN(6) {
		case 0, 1:
			b = slices.Insert(b, i, []byte(pick(g, pieces))...)
		case 2:
			b = slices.Delete(b, i, j)
		case 3:
			b = slices.Replace(b, i, j, []byte(pick(g, pieces))...)
		case 4:
			b = slices.Insert(b, j, b[i:j]...)
		case 5:
			if i < len(b) {
				b[i] = byte(g.Uint32())
			}
		}
	}
	return b
}

// mutateAll changes the texts of some messages, and their order.
func (g generator) mutateAll(messages []message) []message {
	for i, m := range messages {
		if m.Text != nil && !g.chance(8) {
			messages[i] = textMessage(g.mutate(*m.Text))
		}
	}
	if g.chance(6) {
		i := g.IntN(len(messages))
		switch g.IntN(4) {
		case 0:
			messages = slices.Delete(messages, i, i+1)
		case 1:
			messages = slices.Insert(messages, i, messages[i])
		case 2:
			messages = append(messages, binaryMessage(g.bytes()))
		case 3:
			messages = slices.Insert(messages, i, textMessage([]byte("2[\"e\"]")))
		}
	}
	return messages
}

// nonsense is a text of pieces alone.
func (g generator) nonsense() []byte {
	var b []byte
	for range g.IntN(12) {
		b = append(b, pick(g, pieces)...)
	}
	return b
}

// conversation makes the messages of one to three packets.
func (g generator) conversation() question {
	q := question{Op: "decode"}
	for range 1 + g.IntN(2)*g.IntN(3) {
		switch g.IntN(5) {
		case 0, 1:
			q.Messages = append(q.Messages, g.wire()...)
		case 2, 3:
			q.Messages = append(q.Messages, g.mutateAll(g.wire())...)
		case 4:
			q.Messages = append(q.Messages, textMessage(append([]byte(pick(g, []string{"", "0", "2", "51-", "61-"})), g.nonsense()...)))
		}
	}
	if g.chance(60) {
		q.Messages = append(q.Messages, textMessage([]byte(`52-["e",{"_placeholder":true,"num":5}]`)), binaryMessage(g.bytes()))
	}
	return q
}

// enginePacket makes a packet of Engine.IO.
func (g generator) enginePacket() enginePacket {
	if g.chance(3) {
		b := g.bytes()
		return enginePacket{Type: "message", Binary: &b}
	}
	b := []byte(strings.ReplaceAll(g.text(), "\x1e", ""))
	if g.chance(3) {
		b = *g.wire()[0].Text
	}
	return enginePacket{Type: pick(g, engineTypes), Text: &b}
}

// written makes packets for a payload.
func (g generator) written() question {
	q := question{Op: "write"}
	for range 1 + g.IntN(4) {
		q.Packets = append(q.Packets, g.enginePacket())
	}
	return q
}

// enginePayload makes the text of a packet or payload. It is UTF-8, as the transports see to that.
func (g generator) enginePayload() question {
	q := question{Op: pick(g, []string{"packet", "payload"}), Text: writeOurs(g.written().Packets)}
	if g.chance(4) {
		b := base64.StdEncoding.EncodeToString(g.bytes())
		q.Text = []byte("b" + strings.TrimRight(b, pick(g, []string{"", "="})) + pick(g, []string{"", "=", "==", "A", "-", "_", "\n", " ", "b"}))
	}
	if g.chance(2) {
		q.Text = g.mutate(q.Text)
	}
	q.Text = []byte(strings.ToValidUTF8(string(q.Text), "\ufffd"))
	return q
}
