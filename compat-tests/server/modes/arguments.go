// arguments.go: arguments that go back as they came.

package modes

import (
	"encoding/json"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/namespace/sio"
)

// arguments returns the arguments of an event for sending them back.
func arguments(c *everwire.Ctx) ([]any, error) {
	return echoes(c.Len(), func(dst ...any) error { return c.Bind(dst...) })
}

// answers returns the arguments of an acknowledgement for sending them on.
func answers(b sio.Body) ([]any, error) {
	return echoes(b.Len(), func(dst ...any) error { return b.Bind(0, dst...) })
}

// echoes binds n values twice. JSON text keeps the order of keys and every digit, but has no bytes: a value with an
// attachment in it is sent back as Go has it.
func echoes(n int, bind func(dst ...any) error) ([]any, error) {
	texts, values, into := make([]json.RawMessage, n), make([]any, n), make([]any, n)
	for i := range into {
		into[i] = &values[i]
	}
	if err := bind(into...); err != nil {
		return nil, err
	}
	for i := range into {
		into[i] = &texts[i]
	}
	if err := bind(into...); err != nil {
		return nil, err
	}
	for i := range values {
		if !hasBytes(values[i]) {
			values[i] = texts[i]
		}
	}
	return values, nil
}

func hasBytes(v any) bool {
	switch v := v.(type) {
	case []byte:
		return true
	case []any:
		for _, element := range v {
			if hasBytes(element) {
				return true
			}
		}
	case map[string]any:
		for _, member := range v {
			if hasBytes(member) {
				return true
			}
		}
	}
	return false
}
