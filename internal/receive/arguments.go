// arguments.go: what is bound and validated, by the number of arguments.

package receive

import (
	"errors"
	"reflect"

	"github.com/everwire/everwire/namespace/sio"
)

// Arguments is a pointer to one of the structs below.
type Arguments[In any] interface {
	*In
	pointers() []any // to the arguments, in their order
	validate() error
}

// None is what an event without arguments has.
type None struct{}

// One is one argument.
type One[A any] struct{ A A }

// Two is two arguments.
type Two[A, B any] struct {
	A A
	B B
}

// Three is three arguments.
type Three[A, B, C any] struct {
	A A
	B B
	C C
}

func (*None) pointers() []any              { return nil }
func (in *One[A]) pointers() []any         { return []any{&in.A} }
func (in *Two[A, B]) pointers() []any      { return []any{&in.A, &in.B} }
func (in *Three[A, B, C]) pointers() []any { return []any{&in.A, &in.B, &in.C} }

func (*None) validate() error      { return nil }
func (in *One[A]) validate() error { return validate(&in.A) }

func (in *Two[A, B]) validate() error {
	if err := validate(&in.A); err != nil {
		return err
	}
	return validate(&in.B)
}

func (in *Three[A, B, C]) validate() error {
	if err := validate(&in.A); err != nil {
		return err
	}
	if err := validate(&in.B); err != nil {
		return err
	}
	return validate(&in.C)
}

// validator is implemented by arguments that can say what is wrong with them.
type validator interface{ Validate() error }

// validate asks an argument what is wrong with it.
func validate[T any](arg *T) error {
	v, ok := any(arg).(validator)
	if !ok && reflect.TypeFor[T]().Kind() == reflect.Pointer && !reflect.ValueOf(arg).Elem().IsNil() {
		v, ok = any(*arg).(validator) // T is itself a pointer
	}
	if !ok {
		return nil
	}
	if err := v.Validate(); err != nil {
		return invalid(err)
	}
	return nil
}

// invalid is what the other side is told of an argument that its Validate refused.
func invalid(err error) error {
	if e := (*sio.Error)(nil); errors.As(err, &e) && e != nil {
		return e
	}
	return &sio.Error{Code: "invalid", Message: err.Error()}
}
