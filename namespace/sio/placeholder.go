// placeholder.go: the objects that stand for attachments in the JSON text:
// {"_placeholder":true,"num":0}.

package sio

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// placeholder collects, member by member, whether an object stands for an
// attachment. As in the official parser, _placeholder must be true and members
// that are neither of the two do not matter. Start with num -1.
type placeholder struct {
	set   bool
	num   int  // -1: missing, or not an index
	exact bool // names count in the spelling of appendPlaceholder alone
}

// member takes the next member; a name that comes twice counts by its last value.
func (p *placeholder) member(key, value []byte) {
	if !p.exact && bytes.IndexByte(key, '\\') >= 0 {
		key = unescapeKey(key)
	}
	switch string(key) {
	case `"_placeholder"`:
		p.set = string(value) == "true"
	case `"num"`:
		p.num = index(value)
	}
}

// unescapeKey writes a name that contains escapes without them. Names that are
// too long to matter are left as they are.
func unescapeKey(key []byte) []byte {
	const longest = len(`"_placeholder"`) * len(`\u0000`)
	if len(key) > longest {
		return key
	}
	out, _ := jsontext.AppendUnquote(append(make([]byte, 0, longest), '"'), key)
	return append(out, '"')
}

// index reads the number of an attachment, in plain decimal digits.
func index(value []byte) int {
	const longest = 9 // digits; no message is that long
	if len(value) == 0 || len(value) > longest || len(value) > 1 && value[0] == '0' {
		return -1
	}
	n := 0
	for _, c := range value {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// placeholders are what Encode writes for the attachments.
var placeholders = func() (t [MaxAttachments]jsontext.Value) {
	for i := range t {
		t[i] = appendPlaceholder(nil, i)
	}
	return t
}()

func appendPlaceholder(dst []byte, num int) []byte {
	dst = append(dst, `{"_placeholder":true,"num":`...)
	return append(strconv.AppendInt(dst, int64(num), 10), '}')
}

// placeholderNum returns the number in an object that passed the scanner, and
// whether the object is a placeholder.
func placeholderNum(object []byte, exact bool) (num int, ok bool) {
	s := scanner{b: object, i: 1}
	p := placeholder{num: -1, exact: exact}
	s.attachments = MaxAttachments // so that member looks at names; the range was checked on arrival
	for !s.accept('}') {
		if !s.member(MaxDepth, &p) {
			return 0, false
		}
		s.accept(',')
	}
	return p.num, p.set
}
