// names_test.go: the Go API that the rows name is there.

package parity

import (
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace"
)

// named are the types whose methods and fields rows name.
var named = map[string]reflect.Type{
	"Config":       reflect.TypeFor[everwire.Config](),
	"CORS":         reflect.TypeFor[everwire.CORS](),
	"Recovery":     reflect.TypeFor[everwire.Recovery](),
	"Server":       reflect.TypeFor[*everwire.Server](),
	"Namespace":    reflect.TypeFor[*everwire.Namespace](),
	"Socket":       reflect.TypeFor[*everwire.Socket](),
	"Target":       reflect.TypeFor[everwire.Target](),
	"RemoteSocket": reflect.TypeFor[everwire.RemoteSocket](),
	"Handshake":    reflect.TypeFor[*everwire.Handshake](),
	"Ctx":          reflect.TypeFor[*everwire.Ctx](),
	"Key":          reflect.TypeFor[everwire.Key[int]](),
	"Event":        reflect.TypeFor[everwire.Event[int]](),
	"RPC":          reflect.TypeFor[everwire.RPC[int, int]](),
	"Opener":       reflect.TypeFor[adapter.Opener](),
	"Adapter":      reflect.TypeFor[adapter.Adapter](),
}

// alone are methods that rows name without their type.
var alone = []reflect.Type{
	reflect.TypeFor[*everwire.Server](), reflect.TypeFor[*everwire.Socket](), reflect.TypeFor[everwire.Target](), reflect.TypeFor[namespace.Servers](),
}

func TestNamesExist(t *testing.T) {
	code := regexp.MustCompile("`([^`]+)`")
	selector := regexp.MustCompile(`^([A-Z]\w*)\.([A-Z]\w*)`)
	call := regexp.MustCompile(`^([A-Z]\w*)\(`)
	checked := 0
	for _, a := range Areas() {
		for _, r := range a.Rows {
			for _, name := range code.FindAllStringSubmatch(r.Ours, -1) {
				if m := selector.FindStringSubmatch(name[1]); m != nil {
					typ, ok := named[m[1]]
					assert.True(t, ok && has(typ, m[2]), "%s: there is no %s.%s", r.ID, m[1], m[2])
					checked++
				} else if m := call.FindStringSubmatch(name[1]); m != nil {
					there := slices.ContainsFunc(alone, func(typ reflect.Type) bool { return has(typ, m[1]) })
					assert.True(t, there, "%s: nothing has a method %s", r.ID, m[1])
					checked++
				}
			}
		}
	}
	assert.Greater(t, checked, 100)
}

func has(typ reflect.Type, name string) bool {
	if _, ok := typ.MethodByName(name); ok {
		return true
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return false
	}
	_, ok := typ.FieldByName(name)
	return ok
}
