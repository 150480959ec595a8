// value_test.go: values on their way between the two processes, and when they are equal.

package differential

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// undefined is JavaScript's.
type undefined struct{}

// date is a Date, in milliseconds.
type date int64

// time is what Go programs have for it.
func (d date) time() time.Time { return time.UnixMilli(int64(d)) }

// tagged is a value that travels as described in oracle.mjs: nil, bool, float64, string, []any, map[string]any, []byte
// or undefined.
type tagged struct {
	value     any
	collapsed bool // two names of an object became one, as they differed in halves of surrogate pairs only
}

func (v tagged) MarshalJSON() ([]byte, error) { return json.Marshal(tag(v.value)) }

func tag(v any) any {
	switch v := v.(type) {
	case undefined:
		return []any{"u"}
	case date:
		return []any{"d", int64(v)}
	case float64:
		return []any{"n", strconv.FormatUint(math.Float64bits(v), 16)}
	case string:
		return []any{"s", v}
	case []byte:
		return []any{"b", v}
	case []any:
		list := []any{"l"}
		for _, e := range v {
			list = append(list, tag(e))
		}
		return list
	case map[string]any:
		object := []any{"o"}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			object = append(object, []any{k, tag(v[k])})
		}
		return object
	}
	return v
}

func (v *tagged) UnmarshalJSON(b []byte) (err error) {
	var raw any
	if err = json.Unmarshal(b, &raw); err == nil {
		v.value, err = v.untag(raw)
	}
	return err
}

func (v *tagged) untag(raw any) (any, error) {
	list, ok := raw.([]any)
	if !ok {
		return raw, nil // null, true, false
	}
	switch rest := list[1:]; list[0] {
	case "u":
		return undefined{}, nil
	case "n":
		bits, err := strconv.ParseUint(rest[0].(string), 16, 64)
		return math.Float64frombits(bits), err
	case "s":
		return rest[0], nil
	case "b":
		var data []byte
		err := json.Unmarshal([]byte(strconv.Quote(rest[0].(string))), &data)
		return data, err
	case "l":
		values := []any{}
		for _, r := range rest {
			e, err := v.untag(r)
			if err != nil {
				return nil, err
			}
			values = append(values, e)
		}
		return values, nil
	case "o":
		return v.untagObject(rest)
	}
	return nil, fmt.Errorf("unknown tag %v", list[0])
}

func (v *tagged) untagObject(members []any) (any, error) {
	object := map[string]any{}
	for _, m := range members {
		pair := m.([]any)
		e, err := v.untag(pair[1])
		if err != nil {
			return nil, err
		}
		name := pair[0].(string)
		if _, twice := object[name]; twice {
			v.collapsed = true
		}
		object[name] = e
	}
	return object, nil
}

// equal compares values; 0 and -0 are two.
func equal(a, b any) bool { return reflect.DeepEqual(tag(a), tag(b)) }

// anywhere reports whether ok holds for a value or for one inside it.
func anywhere(v any, ok func(any) bool) bool {
	if ok(v) {
		return true
	}
	inside := func(e any) bool { return anywhere(e, ok) }
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, inside)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), inside)
	}
	return false
}
