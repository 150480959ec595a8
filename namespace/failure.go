// failure.go: what becomes of errors and panics of the application's functions.

package namespace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	socket    string                         // "" for what another server sent
	hint      func(text string, args ...any) // nil for that
}

func (s *Socket) origin() origin { return origin{s.namespace, s.id, s.client.session.Hint} }

// tell returns what the other side may know of an error, and logs what it may not.
func (o origin) tell(event string, err error, masked string) *sio.Error {
	var public *sio.Error
	var misfit *sio.BindError
	switch {
	case errors.As(err, &public) && public != nil: // a nil *Error in an error is a classic
		return public
	case errors.As(err, &misfit):
		o.logMisfit(event, misfit)
		return &sio.Error{Code: "bad_request", Message: fmt.Sprintf("argument %d does not fit", misfit.Index)}
	}
	o.logFailure(event, err)
	return &sio.Error{Code: "internal", Message: masked}
}

// longestMisfit is how many bytes of the reason are logged: types of the application may
// quote the whole argument.
const longestMisfit = 200

// logMisfit tells who writes the server that an argument did not fit, and at level Debug why: that may quote it. Clients
// are not told the names of Go types.
func (o origin) logMisfit(event string, misfit *sio.BindError) {
	if o.hint != nil {
		o.hint("an argument of an event does not fit the type of its handler; at level Debug the log says why", "namespace",
			o.namespace.name, "event", event, "argument", misfit.Index)
	}
	log := o.namespace.registry.log
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	log.Debug("everwire: an argument does not fit its handler", "namespace", o.namespace.name, "event", event, "socket", o.socket,
		"argument", misfit.Index, "error", fmt.Sprintf("%.*s", longestMisfit, misfit.Err))
}

// hintUnopened tells of a namespace that its adapter does not open. Its clients hear that there is none.
func (s *Socket) hintUnopened(err error) {
	if !s.gone.Load() {
		s.client.session.Hint("a namespace could not be opened, and its clients are refused", "namespace", s.namespace.name, "error", err)
	}
}

// hintUnheard tells of an event that came to nobody: a name that was misspelt, or another namespace.
func (s *Socket) hintUnheard(event string) {
	s.client.session.Hint("an event came that no handler is for; register one with On or Handle, in this namespace", "namespace",
		s.namespace.name, "event", event)
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
