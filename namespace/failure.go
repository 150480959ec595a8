// failure.go: what becomes of errors and panics of the application's functions.

package namespace

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace/sio"
)

// panicError is a panic of a handler.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// guard turns a panic of the application's code into an error: it must not take
// the process, nor other sessions, with it.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{v, debug.Stack()}
		}
	}()
	return f()
}

// origin is where something failed.
type origin struct {
	namespace *Namespace
	socket    string // "" for what another server sent
}

func (s *Socket) origin() origin { return origin{s.namespace, s.id} }

// tell returns what the other side may know of an error, and logs what it may not.
func (o origin) tell(event string, err error, masked string) *sio.Error {
	var public *sio.Error
	var misfit *sio.BindError
	switch {
	case errors.As(err, &public) && public != nil: // a nil *Error in an error is a classic
		return public
	case errors.As(err, &misfit):
		return &sio.Error{Code: "bad_request", Message: fmt.Sprintf("argument %d does not fit", misfit.Index)}
	}
	o.logFailure(event, err)
	return &sio.Error{Code: "internal", Message: masked}
}

// logFailure logs an error of a handler, unless it is only that the client left.
func (o origin) logFailure(event string, err error) {
	if errors.Is(err, ErrDisconnected) || errors.Is(err, engine.ErrClosed) {
		return
	}
	o.namespace.registry.log.Error("everwire: handler failed",
		"namespace", o.namespace.name, "event", event, "socket", o.socket, "error", err)
}

func (s *Socket) logFailure(event string, err error) { s.origin().logFailure(event, err) }
