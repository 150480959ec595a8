// fast.go: the JSON of ordinary types, by a package that does only those well.
//
// It takes half the time of the JSON package, which in turn has the hooks, the
// options of its tags, the rules for embedded fields and the check for cycles. For
// the types that are let through here both write and read the same: FuzzFast
// compares them.

package sio

import (
	"reflect"
	"regexp"
	"strings"
	"time"

	fastjson "github.com/segmentio/encoding/json"
)

// sharedText is up to how many bytes of an argument its strings are part of it: they keep all of it, which costs less
// than copies as long as that is not much.
const sharedText = 512

// bindFast stores an argument in what dst, a pointer to a regular type, points to. The argument does not change any more.
func bindFast(arg []byte, dst any) error {
	flags := fastjson.ParseFlags(0)
	if len(arg) <= sharedText {
		flags = fastjson.DontCopyString
	}
	_, err := fastjson.Parse(arg, dst, flags)
	return err
}

// appendFast appends the JSON of an argument of a regular type.
func appendFast(dst []byte, arg any) ([]byte, error) {
	return fastjson.Append(dst, arg, fastjson.SortMapKeys)
}

// isRegular reports whether the JSON of t follows from its kind alone, given that
// its parts are regular.
func isRegular(t reflect.Type) bool {
	for _, own := range ownForm {
		if t.Implements(own) || reflect.PointerTo(t).Implements(own) {
			return false
		}
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64, reflect.String:
		return t != reflect.TypeFor[time.Duration]()
	case reflect.Pointer:
		return t.Elem().Kind() != reflect.Pointer
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8 // base64
	case reflect.Map:
		return t.Key().Kind() == reflect.String
	case reflect.Struct:
		return hasRegularFields(t)
	}
	return false
}

// regularTag matches the tags that only give a name, or leave empty values out.
var regularTag = regexp.MustCompile(`^([A-Za-z0-9_]*(,omitempty)?|-)$`)

// hasRegularFields reports whether each field of a struct stands for one member,
// whose name differs from the others' in more than case.
func hasRegularFields(t reflect.Type) bool {
	names := map[string]bool{}
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		if f.Anonymous || !regularTag.MatchString(tag) {
			return false
		}
		if tag == "-" || !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		name = strings.ToLower(name)
		if names[name] {
			return false
		}
		names[name] = true
	}
	return true
}
