// json.go: JSON as MessagePack.

package pack

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Special is what a [Translator] asks about values that may stand for others.
type Special interface {
	// String is given a string with its quotes, and reports whether it has written
	// something in its place.
	String(quoted []byte) (done bool, err error)

	// Object is given the text from an object on, and returns how many bytes it has
	// written something in place of; 0: nothing.
	Object(text []byte) (skip int)

	// Number writes a number.
	Number(text []byte) error
}

// Translator appends valid JSON without white space as MessagePack. Half a surrogate pair
// in it becomes U+FFFD.
type Translator struct {
	*Appender
	Special
	Text    []byte
	Unquote *[]byte // room for a string without its escapes

	i int
}

// Value writes the next value.
func (t *Translator) Value() error {
	switch t.Text[t.i] {
	case '{':
		if skip := t.Special.Object(t.Text[t.i:]); skip > 0 {
			t.i += skip
			return nil
		}
		return t.object()
	case '[':
		return t.array()
	case '"':
		quoted := t.quoted()
		if done, err := t.Special.String(quoted); done || err != nil {
			return err
		}
		t.Appender.Text(t.unquoted(quoted))
	case 'n':
		t.i += len("null")
		t.Null()
	case 't':
		t.i += len("true")
		t.Bool(true)
	case 'f':
		t.i += len("false")
		t.Bool(false)
	default:
		return t.number()
	}
	return nil
}

// array writes the head when it knows the length.
func (t *Translator) array() error {
	head, n := len(t.Out), 0
	t.Array(0)
	for t.i++; t.Text[t.i] != ']'; n++ {
		if err := t.Value(); err != nil {
			return err
		}
		t.comma()
	}
	t.i++
	t.SetLength(head, n)
	return nil
}

func (t *Translator) object() error {
	head, n := len(t.Out), 0
	t.Appender.Object(0)
	for t.i++; t.Text[t.i] != '}'; n++ {
		t.Appender.Text(t.unquoted(t.quoted()))
		t.i++ // the colon
		if err := t.Value(); err != nil {
			return err
		}
		t.comma()
	}
	t.i++
	t.SetLength(head, n)
	return nil
}

func (t *Translator) comma() {
	if t.Text[t.i] == ',' {
		t.i++
	}
}

// quoted moves over a string and returns it with its quotes.
func (t *Translator) quoted() []byte {
	start := t.i
	for t.i++; t.Text[t.i] != '"'; t.i++ {
		if t.Text[t.i] == '\\' {
			t.i++
		}
	}
	t.i++
	return t.Text[start:t.i]
}

// unquoted returns what a quoted string stands for, until it is called again.
func (t *Translator) unquoted(quoted []byte) []byte {
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	*t.Unquote, _ = jsontext.AppendUnquote((*t.Unquote)[:0], quoted) // the one error is half a surrogate pair
	return *t.Unquote
}

func (t *Translator) number() error {
	start := t.i
	for t.i < len(t.Text) && bytes.IndexByte([]byte(",]}"), t.Text[t.i]) < 0 {
		t.i++
	}
	return t.Special.Number(t.Text[start:t.i])
}
