// append.go: values as MessagePack, in the form of the official encoders.

package wire

import (
	"bytes"
	"encoding/json"

	"github.com/everwire/everwire/internal/pack"
)

// AppendMsgpack appends v as MessagePack.
func AppendMsgpack(dst []byte, v any) ([]byte, error) {
	a := appender{pack.Appender{Out: dst}}
	err := a.value(v)
	return a.Out, err
}

// An appender writes Go values.
type appender struct{ pack.Appender }

func (a *appender) value(v any) error {
	switch v := v.(type) {
	case nil:
		a.Null()
	case bool:
		a.Bool(v)
	case int:
		a.Int(int64(v))
	case string:
		a.String(v)
	case []byte:
		a.Bytes(v)
	case []string:
		a.Array(len(v))
		for _, s := range v {
			a.String(s)
		}
	case List:
		return a.list(v)
	case Map:
		return a.members(v)
	case Args:
		if v.packed != nil {
			a.Out = append(a.Out, v.packed...)
			return nil
		}
		return a.json(v.text, v.attachments)
	case Arg:
		return a.json(v.text, v.attachments)
	default:
		text, err := rawJSON(v)
		if err != nil {
			return err
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, text); err != nil {
			return err
		}
		return a.json(compact.Bytes(), nil)
	}
	return nil
}

func (a *appender) list(l List) error {
	a.Array(len(l))
	for _, e := range l {
		if err := a.value(e); err != nil {
			return err
		}
	}
	return nil
}

func (a *appender) members(m Map) error {
	n := 0
	for _, member := range m {
		if member.Value != (Nothing{}) {
			n++
		}
	}
	a.Object(n)
	for _, member := range m {
		if member.Value == (Nothing{}) {
			continue
		}
		a.String(member.Name)
		if err := a.value(member.Value); err != nil {
			return err
		}
	}
	return nil
}
