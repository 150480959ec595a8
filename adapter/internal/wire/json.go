// json.go: messages in JSON.

package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// AppendJSON appends v as JSON.
func AppendJSON(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case Map:
		return appendMapJSON(dst, v)
	case List:
		return appendListJSON(dst, v)
	case Args:
		text, err := v.json()
		return append(dst, text...), err
	case Arg:
		text, err := v.json()
		return append(dst, text...), err
	case []byte:
		return dst, errBinary
	case []string:
		if v == nil {
			return append(dst, "[]"...), nil
		}
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return dst, err
	}
	return append(dst, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...), nil
}

func appendMapJSON(dst []byte, m Map) (_ []byte, err error) {
	separator := byte('{')
	for _, member := range m {
		if member.Value == (Nothing{}) {
			continue
		}
		dst = strconv.AppendQuote(append(dst, separator), member.Name) // names are ours: letters
		if dst, err = AppendJSON(append(dst, ':'), member.Value); err != nil {
			return dst, err
		}
		separator = ','
	}
	if separator == '{' {
		dst = append(dst, '{')
	}
	return append(dst, '}'), nil
}

func appendListJSON(dst []byte, l List) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, e := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = AppendJSON(dst, e); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// ParseJSON reads JSON. Integers are exact.
func ParseJSON(b []byte) (any, error) {
	if err := measure(b); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if len(bytes.TrimLeft(b[d.InputOffset():], " \t\r\n")) > 0 {
		return nil, errTrailing
	}
	return numbers(v), nil
}

// measure looks at what decides about memory before any is taken: depth, and the number
// of values, which is at most that of the signs that separate or open them.
func measure(b []byte) error {
	depth, values := 0, 1
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			values++
		case '}', ']':
			depth--
		case ',':
			values++
		}
		if depth > MaxDepth {
			return errDepth
		}
	}
	if values > MaxValues {
		return errValues
	}
	return nil
}

// numbers replaces each json.Number by what it stands for.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(string(v))
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = numbers(v[name])
		}
	}
	return v
}

func number(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
		return n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil // JavaScript's Infinity, which JSON does not have
	}
	return f
}
