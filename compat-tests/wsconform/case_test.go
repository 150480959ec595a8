// case_test.go: what a case is, and how its connection is judged.

package wsconform

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"time"
	"unicode/utf8"
)

// A conformCase sends frames, expects answers and an end.
type conformCase struct {
	id      string
	chop    int // of the frames: atOnce, frameByOne, or the bytes of a write
	frames  []frame
	answers []frame // in this order: echoed messages and pongs
	end     end

	// script takes the place of frames where a case goes on after it has seen something. It returns what it saw of
	// the answers, and whether the server took the lesser of its choices.
	script func(*peer) (seen []frame, lesser bool, err error)

	offer  string // of extensions, to a server that compresses
	window int    // bits of how far back the server may refer then, if the offer says so
}

// An end is how a connection ends.
type end struct {
	closes  bool  // the case has sent a close frame, or expects a failure: the harness sends none
	codes   []int // of the server's close frame; 0: without a code; none: any
	mayMiss bool  // answers may be missing at the end
	mayDrop bool  // the close frame may be missing
}

// closed is the end of a case that lets the harness close the connection when all answers are there.
var closed = end{codes: []int{1000}}

// answered is the end of a case that has sent a close frame; the server answers with one of the codes.
func answered(codes ...int) end { return end{closes: true, codes: codes} }

// failed is the end of a case in which the server closes the connection, for something that it was sent.
func failed(codes ...int) end { return end{closes: true, codes: codes, mayMiss: true, mayDrop: true} }

// An outcome is what came of a case.
type outcome struct {
	lesser bool  // passed, by the lesser choice
	err    error // not passed
}

// patience is for one case. The slowest of group 9 takes a second or two.
const patience = time.Minute

// run plays a case against the server.
func (c *conformCase) run(addr string) outcome {
	p, err := dial(addr, c.offer, c.answer(), patience)
	if err != nil {
		return outcome{err: err}
	}
	defer p.tcp.Close()
	p.window = c.window
	var seen []frame
	var lesser bool
	if c.script != nil {
		seen, lesser, err = c.script(p)
	} else {
		p.send(c.chop, c.frames...)
	}
	if err == nil && !c.end.closes {
		var more []frame
		more, err = p.messages(len(c.answers) - len(seen))
		seen = append(seen, more...)
		p.send(atOnce, closeFrame(1000, ""))
	}
	if err != nil {
		return outcome{err: err}
	}
	return c.judge(p, seen, lesser)
}

// answer is what the server says to the offer of the case.
func (c *conformCase) answer() string {
	switch {
	case c.offer == "":
		return ""
	case c.window > 0:
		return fmt.Sprintf("%s; server_max_window_bits=%d", agreed, c.window)
	}
	return agreed
}

// messages reads n whole messages and pongs.
func (p *peer) messages(n int) (all []frame, err error) {
	for len(all) < n {
		f, err := p.message()
		if err != nil {
			return all, fmt.Errorf("after %d of %d answers: %w", len(all), n, err)
		}
		all = append(all, f)
		if f.op == opClose {
			return all, errors.New("closed before all answers were there: " + show(all))
		}
	}
	return all, nil
}

// message reads a message or a control frame. Control frames between the parts of a message would have to be kept:
// this server sends messages in one frame, so they are an error.
func (p *peer) message() (frame, error) {
	whole, err := p.read()
	for err == nil && whole.part {
		var next frame
		if next, err = p.read(); err == nil && next.op != opContinuation {
			err = fmt.Errorf("%w: opcode %d within a message", errFrame, next.op)
		}
		whole.payload, whole.part = append(whole.payload, next.payload...), next.part
	}
	if err == nil && whole.rsv != 0 {
		err = p.inflate(&whole)
	}
	if err == nil && whole.op == opText {
		rest, ok := bytes.CutPrefix(whole.payload, []byte(messageType))
		if !ok || !utf8.Valid(rest) {
			err = fmt.Errorf("%w: text %q", errFrame, whole.payload)
		}
		whole.payload = rest
	}
	return whole, err
}

// judge reads to the end of the connection and compares everything with what is expected.
func (c *conformCase) judge(p *peer, seen []frame, lesser bool) outcome {
	code, gone := -1, error(nil)
	for gone == nil {
		var f frame
		switch f, gone = p.message(); {
		case gone != nil:
		case code >= 0:
			return outcome{err: fmt.Errorf("after the close frame: %s", show([]frame{f}))}
		case f.op == opClose:
			code = codeOf(f.payload)
		default:
			seen = append(seen, f)
		}
	}
	reset := errors.Is(gone, syscall.ECONNRESET)
	if !reset && !errors.Is(gone, io.EOF) {
		return outcome{err: fmt.Errorf("the connection does not end: %w, after %s", gone, show(seen))}
	}
	missing := len(seen) < len(c.answers)
	switch {
	case len(seen) > len(c.answers), !slices.EqualFunc(seen, c.answers[:len(seen)], same):
		return outcome{err: fmt.Errorf("got %s, want %s", show(seen), show(c.answers))}
	case missing && !c.end.mayMiss:
		return outcome{err: fmt.Errorf("got only %s, want %s", show(seen), show(c.answers))}
	case code < 0 && !c.end.mayDrop:
		return outcome{err: fmt.Errorf("the connection ended without a close frame: %v", gone)}
	case code >= 0 && len(c.end.codes) > 0 && !slices.Contains(c.end.codes, code):
		return outcome{err: fmt.Errorf("closed with %d, want one of %d", code, c.end.codes)}
	}
	return outcome{lesser: lesser || missing || code < 0}
}

func same(a, b frame) bool { return a.op == b.op && bytes.Equal(a.payload, b.payload) }

// codeOf returns the code of a close frame, 0 if there is none.
func codeOf(payload []byte) int {
	if len(payload) < 2 {
		return len(payload) // a payload of one byte is wrong in the server's frames: 1 is no code
	}
	if !utf8.Valid(payload[2:]) {
		return 1
	}
	return int(binary.BigEndian.Uint16(payload))
}

// quiet waits a moment in which nothing may come. It reports whether that was so.
func (p *peer) quiet() (bool, error) {
	const moment = 50 * time.Millisecond
	if err := p.tcp.SetReadDeadline(time.Now().Add(moment)); err != nil {
		return false, err
	}
	_, err := p.in.Peek(1)
	if err := p.tcp.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return false, err
	}
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, os.ErrDeadlineExceeded), nil
}

// show prints frames in a line.
func show(frames []frame) string {
	const longest = 40
	names := map[byte]string{opText: "text", opBinary: "binary", opPong: "pong", opPing: "ping", opClose: "close"}
	text := []string{}
	for _, f := range frames {
		start := f.payload[:min(len(f.payload), longest)]
		text = append(text, fmt.Sprintf("%s %q (%d bytes)", names[f.op], start, len(f.payload)))
	}
	return fmt.Sprint(text)
}

// The frames that most cases are made of.

func text(s string) frame       { return frame{op: opText, payload: []byte(s)} }
func blob(s string) frame       { return frame{op: opBinary, payload: []byte(s)} }
func ping(s string) frame       { return frame{op: opPing, payload: []byte(s)} }
func pong(s string) frame       { return frame{op: opPong, payload: []byte(s)} }
func rest(s string) frame       { return frame{op: opContinuation, payload: []byte(s)} }
func part(f frame) frame        { f.part = true; return f }
func rsv(n byte, f frame) frame { f.rsv = n; return f }

func closeFrame(code int, reason string) frame {
	return frame{op: opClose, payload: append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)}
}
