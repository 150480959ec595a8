// mutants.go: the bugs.

package main

// mutant is one change of the code.
type mutant struct {
	name, what string
	file       string
	old, new   string // old occurs once
}

var mutants = []mutant{
	{"replay-one-short", "a session that was detached leaves out the first message", "engine/reattach.go",
		"	c.pos = s.out.seek(max(uint64(p.ack), r.acked))\n", "	c.pos = s.out.seek(max(uint64(p.ack), r.acked))\n	if r.detached {\n		c.pos = s.out.seek(max(uint64(p.ack), r.acked) + 1)\n	}\n"},
	{"open-acks-too-much", "OPEN acknowledges one message more than has come, from the fifth attachment on", "engine/reattach.go",
		"b = strconv.AppendUint(b, s.resume.have, 10)", "b = strconv.AppendUint(b, s.resume.have+uint64(min(max(c.at-3, 0), 1)), 10)"},
	{"count-from-told", "messages of a WebSocket are counted from what was acknowledged, not from what is there", "engine/conn.go",
		"c.up = c.s.resume.have //", "c.up = c.s.resume.told //"},
	{"torn-ends", "an event that is not whole after 10 s ends the session", "engine/session.go",
		"	if s.resume != nil {\n		return max(tornTime", "	if s.resume == nil {\n		return max(tornTime"},
	{"ping-timeout-ends", "a missing pong ends the session", "engine/resumable.go",
		"		s.detachLocked(PingTimeout, fx)", "		fx.end = PingTimeout"},
	{"forget-when-detached", "what was sent is forgotten when the connection is lost", "engine/detach.go",
		"	s.pinged, s.stale = false, 0\n", "	s.pinged, s.stale = false, 0\n	s.out.ack(s.out.sent)\n"},
	{"poll-from-sent", "a poll goes on behind the last answer, not behind what the client has", "engine/reattach.go",
		"	if !goesOn {\n		s.tellLocked", "	if goesOn {\n		c.pos = s.out.seek(s.out.sent)\n	}\n	if !goesOn {\n		s.tellLocked"},
	{"client-numbers-too-low", "a POST says a number that is one too low, from the fourth attachment on", "client/uplink.go",
		"		p.query += \"&n=\" + itoa(s.out.base+1)", "		p.query += \"&n=\" + itoa(s.out.base+1-min(max(s.k-2, 0), 1))"},
	{"retried-post-twice", "a message of a retried POST is delivered again", "engine/resume.go",
		"case n == r.have+1:", "case n == r.have+1, n == r.have && n > 0 && p.Type != 0 && r.transport != WebSocket:"},
	{"late-attach", "an attach that was superseded is accepted", "engine/reattach.go",
		"case p.at < r.at, p.at == r.at && p.transport != r.transport:", "case p.at == r.at && p.transport != r.transport:"},
	{"trim-when-sent", "what was handed out is forgotten without an acknowledgement", "engine/conn.go",
		"	if c.pos.n > before {\n", "	s.out.ack(c.pos.n)\n	if c.pos.n > before {\n"},
	{"ack-of-wrong-direction", "the outbox is trimmed by the number of messages received", "engine/resume.go",
		"	n := s.resume.acked\n", "	n := max(s.resume.acked, min(s.resume.have, s.out.sent))\n"},
	{"lost-connection-ends", "a lost connection ends its session", "engine/detach.go",
		"			s.detachLocked(reason, fx)\n			s.lost", "			fx.end = reason\n			s.lost"},
	{"window-not-closed", "the window goes on after a new attachment", "engine/detach.go",
		"	s.resume.detached = false\n", "	if s.resume.until-s.srv.now() < s.srv.cfg.Resume.Window/2 {\n		s.resume.detached = false\n	}\n"},
	{"post-of-any-attachment", "a POST counts whatever its attachment", "engine/resume.go",
		"!r.leaving && r.at == at && r.transport == transport", "!r.leaving"},
	{"half-event-whole", "an event whose first packet was acknowledged is sent again from its beginning", "engine/message.go",
		"	rest := NewMessage(m.packets[n:]...)", "	rest := NewMessage(m.packets...)"},
	{"half-event-dropped", "the rest of an event whose first packet was acknowledged is dropped", "engine/outbox.go",
		"		if c.next == o.gone {\n			break\n		}", "		if c.next == o.gone {\n			o.base, c.next, o.part = o.base+uint64(len(m.packets)-o.part), c.next+1, 0\n		}"},
	{"end-before-messages", "the end is said before the last messages", "engine/conn.go",
		"s.state == closing && c.pos.n == s.out.tail {", "s.state == closing {"},
	{"end-forgotten-at-once", "a session that the application ended is forgotten when the end was written", "engine/resume.go",
		"	done := told && s.out.base == s.out.tail", "	done := told"},
	{"sse-id-too-high", "the ID of an event is one too high", "transport/sse/event.go",
		"strconv.AppendUint(dst, b.Last, 10)", "strconv.AppendUint(dst, b.Last+b.Last%5/4, 10)"},
	{"refused-post-ok", "a POST whose rest was refused is answered ok", "engine/uplink.go",
		"switch v, err := s.take(number, p, counts); {\n		case v == refused:\n			return s.whyRefused()", "switch v, err := s.take(number, p, counts); {\n		case v == refused:\n			return nil"},

	{"client-takes-twice", "the client takes a message that it has", "client/session.go",
		"	case a.num <= s.have:\n		return\n", "	case a.num < s.have:\n		return\n	case a.num == s.have && s.have > 0:\n"},
	{"client-trims-when-posted", "the client drops what it posted when the POST fails too", "client/uplink.go",
		"	case err != nil:\n		s.gone(a, err)\n	case !s.stock:", "	case err != nil:\n		s.acknowledged(p.upTo)\n		s.gone(a, err)\n	case !s.stock:"},
	{"client-keeps-old", "the client goes on with an old connection beside the new one", "client/opened.go",
		"		if other != a && (other.k < a.k || other.leg) {", "		if other != a && other.leg {"},
	{"client-trims-one-more", "the client drops one message more than the server has", "client/session.go",
		"	if !s.out.trim(n) {", "	if !s.out.trim(min(n+n%5/4, s.out.last)) {"},
	{"client-does-not-replay", "the client goes on with what it has not sent yet", "client/opened.go",
		"		a.sent = r.Ack\n", "		a.sent = max(r.Ack, min(s.out.last, a.sent+s.k/3))\n"},
	{"client-counts-from-have", "the client counts from what it had when it asked, not from what OPEN says", "client/opened.go",
		"	a.num, s.acked = r.From, r.From //", "	a.num, s.acked = a.asked, r.From //"},
	{"post-counts-from-have", "a POST is counted from what the server has", "engine/uplink.go",
		"	number := uint64(max(p.n, 0))", "	number := s.resume.have + 1"},
	{"poll-acks-all", "a poll acknowledges all that was sent", "engine/reattach.go",
		"	s.ackLocked(p.ack, fx)\n", "	s.ackLocked(max(p.ack, number(s.out.sent)), fx)\n"},
	{"sent-goes-back", "a replay forgets how far the connections before it were", "engine/outbox.go",
		"	o.sent = max(o.sent, c.n)", "	o.sent = c.n"},
}
