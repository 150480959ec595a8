// odd.go: uses that are rare.

package server

import (
	"strings"

	ew "github.com/everwire/everwire"
	"github.com/everwire/everwire/gen/testdata/uses/proto"
	"github.com/everwire/everwire/namespace/sio"
)

type registrar interface{ Register(e ew.Event0) }

func (a app) odd(r registrar, some ew.Event0) ew.Event0 {
	switch {
	case some == proto.Equal, some == proto.Vars.Var:
	}
	switch some {
	case proto.Equal:
	}
	var local = proto.LocalVar
	_ = local.Emit(a.srv)
	byText(a.srv, proto.ByText)
	give := func(ew.Event0) {}
	give(proto.FuncValue)
	(a.recursive)(proto.Recursive, 3)
	r.Register(proto.Abstract)
	many(a.srv, proto.Variadic, proto.Variadic)
	(ew.On2[int, bool])(a.srv, proto.ListInst, func(*ew.Ctx, int, bool) error { return nil })
	func(ew.Event0) {}(proto.Literal)
	_ = proto.Anonymous.Emit(struct{ sio.Target }{a.srv})
	_ = map[ew.Event0]int{}[proto.Key]
	_ = strings.Repeat(string(proto.Key), 2)
	nothing(proto.Unlooked)
	_ = proto.Vars.Var.Emit(a.srv)
	return proto.Returned
}

func byText(r ew.Receiver, e ew.Event[int]) {
	r.On(string(e), func(*ew.Ctx) error { return nil })
}

func (a app) recursive(e ew.Event0, n int) {
	if n > 0 {
		a.recursive(e, n-1)
	}
	_ = e.Emit(a.srv)
}

func many(to sio.Target, events ...ew.Event0) {
	for _, e := range events {
		_ = e.Emit(to)
	}
}

func nothing(ew.Event0) {}
