// Package server uses events as servers do.
package server

import (
	"context"
	"fmt"
	"iter"

	ew "github.com/everwire/everwire"
	. "github.com/everwire/everwire/gen/testdata/uses/proto"
	"github.com/everwire/everwire/namespace/sio"
)

// Said is declared where it is used.
const Said = ew.Event[string]("said")

type app struct {
	srv *ew.Server
}

func (a app) open(ctx context.Context) error {
	ew.On(a.srv, Handled, func(*ew.Ctx, int) error { return nil })
	ew.On(a.srv.Of("/admin"), (Var), func(*ew.Ctx, int) error { return nil })
	ew.On[bool](a.srv, Instance, func(*ew.Ctx, bool) error { return nil })
	ew.On0(a.srv, "literal", func(*ew.Ctx) error { return nil })
	ew.On(a.srv, ew.Event[[]int]("converted"), func(*ew.Ctx, []int) error { return nil })
	ew.Handle2(a.srv, Answered, func(c *ew.Ctx, x, y int) (string, error) {
		if c.Event() == string(Compared) {
			return "", nil
		}
		return Called.Call(c, c.Socket(), 1)
	})
	ew.On(a.srv, BothWays, func(c *ew.Ctx, i int) error { return BothWays.Emit(c.Socket().To("room"), i) })
	wrap(a.srv, Wrapped)
	wrapAgain(a.srv, WrappedDeep)
	a.method(ByMethod)
	const local = ew.Event0("local")
	_ = local.Emit(a.srv)
	for range CalledAll.CallAll(ctx, a.srv) {
		break
	}
	const between, everywhere = ew.Event0("between servers"), ew.RPC0[int]("from servers and clients")
	others := a.srv.Of("/").Servers()
	ew.On0(others, between, func(*ew.Ctx) error { return nil })
	_ = between.Emit(others)
	for range everywhere.CallAll(ctx, others) {
		break
	}
	ew.Handle0(a.srv, everywhere, func(*ew.Ctx) (int, error) { return 1, nil })
	table := map[string]ew.Event[string]{"x": Stored}
	for _, e := range table {
		_ = e.Emit(a.srv, "x")
	}
	_ = Said.Emit(a.srv, "hello")
	f := MethodValue.Emit
	_ = f(a.srv, 1, 2)
	_ = To(a.srv)
	fmt.Println(Given)
	return Emitted.Emit(a.srv.To("x").Except("y"), 1)
}

func wrap[T any](r ew.Receiver, e ew.Event[T]) {
	ew.On(r, e, func(*ew.Ctx, T) error { return nil })
}

func wrapAgain[T any](r ew.Receiver, e ew.Event[T]) { wrap(r, e) }

func (a app) method(e ew.Event[string]) { _ = e.Emit(a.srv, "") }

// To sends to whatever it is given.
func To(to sio.Target) error { return ToInterface.Emit(to) }

var _ iter.Seq2[string, error]
