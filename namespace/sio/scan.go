// scan.go: the check of incoming JSON, one pass without allocation.
//
// Nothing that a peer sends is built into Go values before it was found valid
// here: an attacker gets no memory for nested empty arrays and no deep stack.

package sio

// scanner walks over JSON text that is known to be UTF-8 (see decode.go). Its
// methods move i over what they accept; on false, err tells what was wrong.
type scanner struct {
	b   []byte
	i   int
	err error

	long bool // there was a number of more than safeDigits

	// attachments is how many the packet announced. When it is not zero, every
	// object that claims to be a placeholder must name one of them.
	attachments int
}

func (s *scanner) fail(err error) bool {
	s.err = err
	return false
}

// space moves over white space and returns the byte after it, 0 at the end. (A
// zero byte in the text is not valid anywhere that space is called.)
func (s *scanner) space() byte {
	for ; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// accept moves over c if it comes next, white space aside.
func (s *scanner) accept(c byte) bool {
	if s.space() != c {
		return false
	}
	s.i++
	return true
}

// value moves over one value with at most depth levels of arrays and objects.
func (s *scanner) value(depth int) bool {
	switch c := s.space(); c {
	case '"':
		return s.string()
	case '{':
		return s.object(depth - 1)
	case '[':
		return s.array(depth - 1)
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		return s.number()
	}
}

func (s *scanner) array(depth int) bool {
	if depth < 0 {
		return s.fail(errDepth)
	}
	s.i++
	if s.accept(']') {
		return true
	}
	_, ok := s.elements(depth)
	return ok
}

// elements moves over values up to and with the closing bracket of their array,
// and counts them. There is at least one.
func (s *scanner) elements(depth int) (n int, ok bool) {
	for {
		if !s.value(depth) {
			return 0, false
		}
		n++
		switch s.space() {
		case ',':
			s.i++
		case ']':
			s.i++
			return n, true
		default:
			return 0, s.fail(errJSON)
		}
	}
}

func (s *scanner) object(depth int) bool {
	if depth < 0 {
		return s.fail(errDepth)
	}
	s.i++
	if s.accept('}') {
		return true
	}
	mark := placeholder{num: -1}
	for {
		if !s.member(depth, &mark) {
			return false
		}
		switch s.space() {
		case ',':
			s.i++
		case '}':
			s.i++
			if s.attachments > 0 && mark.set && uint(mark.num) >= uint(s.attachments) {
				return s.fail(errPlaceholder)
			}
			return true
		default:
			return s.fail(errJSON)
		}
	}
}

func (s *scanner) member(depth int, mark *placeholder) bool {
	if s.space() != '"' {
		return s.fail(errJSON)
	}
	key := s.i
	if !s.string() {
		return false
	}
	keyEnd := s.i
	if !s.accept(':') {
		return s.fail(errJSON)
	}
	s.space()
	value := s.i
	if !s.value(depth) {
		return false
	}
	if s.attachments > 0 {
		mark.member(s.b[key:keyEnd], s.b[value:s.i])
	}
	return true
}

// ordinary are the bytes that stand for themselves inside a string.
var ordinary = func() (t [256]bool) {
	for c := 0x20; c < len(t); c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// string moves over a string; the opening quote comes next.
func (s *scanner) string() bool {
	for i := s.i + 1; i < len(s.b); i++ {
		if ordinary[s.b[i]] {
			continue
		}
		switch s.b[i] {
		case '"':
			s.i = i + 1
			return true
		case '\\':
			n := escape(s.b[i+1:])
			if n == 0 {
				return s.fail(errJSON)
			}
			i += n
		default:
			return s.fail(errJSON)
		}
	}
	return s.fail(errJSON)
}

// escape returns the length of the escape sequence after its backslash, 0 if
// there is none. Half a surrogate pair is allowed, as everywhere in JSON.
func escape(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
		if len(b) >= 5 && hex(b[1]) && hex(b[2]) && hex(b[3]) && hex(b[4]) {
			return 5
		}
	}
	return 0
}

func hex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *scanner) literal(text string) bool {
	if len(s.b)-s.i < len(text) || string(s.b[s.i:s.i+len(text)]) != text {
		return s.fail(errJSON)
	}
	s.i += len(text)
	return true
}

// number moves over a number; it is also where text that begins no value ends.
func (s *scanner) number() bool {
	if s.i < len(s.b) && s.b[s.i] == '-' {
		s.i++
	}
	zero := s.i < len(s.b) && s.b[s.i] == '0'
	n := s.digits()
	s.long = s.long || n > safeDigits
	ok := n > 0 && !(zero && n > 1)
	if ok && s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		ok = s.digits() > 0
	}
	if ok && s.i < len(s.b) && s.b[s.i]|0x20 == 'e' {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		ok = s.digits() > 0
	}
	return ok || s.fail(errJSON)
}

// safeDigits is how many decimal digits fit into every 64 bit integer.
const safeDigits = 18

// digits moves over decimal digits and counts them.
func (s *scanner) digits() int {
	start := s.i
	for s.i < len(s.b) && '0' <= s.b[s.i] && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i - start
}
