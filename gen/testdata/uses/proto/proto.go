// Package proto declares the events that server and client share.
package proto

import "github.com/everwire/everwire/event"

// Events and calls, by their use.
const (
	Handled     = event.Event[int]("handled")
	Emitted     = event.Event[int]("emitted")
	BothWays    = event.Event[int]("both ways")
	Unused      = event.Event[int]("unused")
	Called      = event.RPC[int, string]("called")
	CalledAll   = event.RPC0[string]("called all")
	Answered    = event.RPC2[int, int, string]("answered")
	ByClient    = event.Event0("sent by the client")
	OnClient    = event.RPC0[int]("handled by the client")
	Wrapped     = event.Event[string]("wrapped")
	WrappedDeep = event.Event[string]("wrapped twice")
	Stored      = event.Event[string]("stored")
	Compared    = event.Event3[int, int, int]("compared")
	Given       = event.Event0("given to others")
	ToInterface = event.Event0("to an interface")
	MethodValue = event.Event2[int, int]("method value")
	ByMethod    = event.Event[string]("by method")
	Instance    = event.Event[bool]("instance")

	// Old is as good as new.
	//
	// Deprecated: use Handled.
	Old event.Event0 = "old"

	Internal = event.Event0("internal") //everwire:to none
	//everwire:to client
	Directed = event.Event0("directed")
)

// Events that server/odd.go is odd with.
const (
	Equal     = event.Event0("compared as it is")
	LocalVar  = event.Event0("in a local variable")
	ByText    = event.Event[int]("registered by its text")
	FuncValue = event.Event0("given to a function value")
	Returned  = event.Event0("returned")
	Recursive = event.Event0("wrapped without end")
	Abstract  = event.Event0("given to a method of an interface")
	Variadic  = event.Event0("one of many")
	ListInst  = event.Event2[int, bool]("instance of two")
	Literal   = event.Event0("given to a function literal")
	Anonymous = event.Event0("sent to a type without a name")
	Key       = event.Event0("key of a map")
	Unlooked  = event.Event0("given to a function that does nothing with it")
)

// Var is handled.
var Var = event.Event[int]("var")

// Vars are told from fields.
var Vars = struct{ Var event.Event0 }{"in a field"}
